UPDATE "Post" SET "replyToId" = 1 WHERE "id" = 2;
INSERT INTO "_Follows" ("A", "B") VALUES ('a1', 'a2'), ('a2', 'a1');
INSERT INTO "Like" ("accountId", "postId", "at") VALUES ('a1', 2, '2024-01-07 10:00'), ('a3', 2, '2024-01-08 10:00');
