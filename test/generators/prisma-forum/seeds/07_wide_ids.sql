INSERT INTO "Post" ("threadId", "authorId", "body", "replyToId") VALUES (2, 'a3', 'fixed', 3);
