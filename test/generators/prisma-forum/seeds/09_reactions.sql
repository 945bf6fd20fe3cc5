INSERT INTO "Reaction" ("accountId", "postId", "emoji") VALUES ('a1', 1, '👍'), ('a1', 1, '🎉');
