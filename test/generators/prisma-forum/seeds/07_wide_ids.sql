INSERT INTO "Post" ("threadId", "authorId", "body", "replyToId", "written") VALUES (2, 'a3', 'fixed', 3, '2024-02-06 10:00');
