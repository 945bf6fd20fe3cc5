UPDATE "Account" SET "rank" = 'ADMIN' WHERE "id" = 'a1';
