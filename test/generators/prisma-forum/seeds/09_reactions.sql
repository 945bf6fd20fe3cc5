INSERT INTO "Reaction" ("accountId", "postId", "emoji", "at") VALUES ('a1', 1, '👍', '2024-02-07 10:00'), ('a1', 1, '🎉', '2024-02-08 10:00');
