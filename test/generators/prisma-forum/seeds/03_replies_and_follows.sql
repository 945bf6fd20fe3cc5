UPDATE "Post" SET "replyToId" = 1 WHERE "id" = 2;
INSERT INTO "_Follows" ("A", "B") VALUES ('a1', 'a2'), ('a2', 'a1');
INSERT INTO "Like" ("accountId", "postId") VALUES ('a1', 2), ('a3', 2);
