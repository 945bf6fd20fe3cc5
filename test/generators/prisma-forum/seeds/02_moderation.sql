UPDATE "Account" SET "rank" = 'MODERATOR', "ranks" = '{MEMBER,MODERATOR}';
