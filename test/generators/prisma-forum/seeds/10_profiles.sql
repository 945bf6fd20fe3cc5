INSERT INTO "Profile" ("accountId", "bio", "wakesAt") VALUES ('a1', 'hi', '07:30');
