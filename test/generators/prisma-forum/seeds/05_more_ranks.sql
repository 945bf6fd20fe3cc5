UPDATE "Account" SET "rank" = 'ADMIN' WHERE "id" = 'a1';
UPDATE "Thread" SET "slug" = 'thread-' || "id";
