INSERT INTO "Profile" ("accountId", "bio", "wakesAt", "token") VALUES ('a1', 'hi', '07:30', 't1');
