UPDATE "posts" SET "views" = 7 WHERE "state" = 'published';
UPDATE "users" SET "name" = 'Björn B.' WHERE "role" = 'reader';
