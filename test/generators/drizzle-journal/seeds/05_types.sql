UPDATE "posts" SET "views" = 5000000000 WHERE "title" = 'Alt';
