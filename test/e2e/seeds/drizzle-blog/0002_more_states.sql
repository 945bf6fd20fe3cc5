INSERT INTO "posts" ("author_id", "title", "state", "language") VALUES (1, 'Alt', 'archived', 'de');
INSERT INTO "users" ("email", "role") VALUES ('root@example.org', 'admin');
