REFRESH MATERIALIZED VIEW "comment_counts";
INSERT INTO "posts" ("id", "author_id", "title", "state", "language") VALUES ('00000000-0000-4000-8000-000000000003', 1, 'Alt', 'archived', 'de');
INSERT INTO "users" ("email", "name", "role", "created_at") VALUES ('root@example.org', 'Root', 'admin', '2024-01-07 08:00+00');
