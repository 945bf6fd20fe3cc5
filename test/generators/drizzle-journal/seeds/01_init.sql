INSERT INTO "users" ("email", "name", "role", "created_at") VALUES ('Ada@example.org', 'Ada', 'author', '2024-01-01 08:00+00'), ('björn@example.org', 'Björn', 'reader', '2024-01-02 08:00+00');
INSERT INTO "posts" ("id", "author_id", "title", "state", "published_at") VALUES
  ('00000000-0000-4000-8000-000000000001', 1, 'Hello; world', 'published', '2024-01-01 10:00'),
  ('00000000-0000-4000-8000-000000000002', 1, 'It''s --> not a statement-breakpoint', 'draft', NULL);
INSERT INTO "tags" ("name", "hidden") VALUES ('news', false), ('Überblick', true);
INSERT INTO "post_tags" ("post_id", "tag", "added_at") VALUES ('00000000-0000-4000-8000-000000000001', 'news', '2024-01-03'), ('00000000-0000-4000-8000-000000000001', 'Überblick', '2024-01-04');
