INSERT INTO "users" ("email", "name", "role") VALUES ('Ada@example.org', 'Ada', 'author'), ('björn@example.org', 'Björn', 'reader');
INSERT INTO "posts" ("id", "author_id", "title", "state", "published_at") VALUES
  ('00000000-0000-4000-8000-000000000001', 1, 'Hello; world', 'published', '2024-01-01 10:00'),
  ('00000000-0000-4000-8000-000000000002', 1, 'It''s --> not a statement-breakpoint', 'draft', NULL);
INSERT INTO "tags" ("name", "hidden") VALUES ('news', false), ('Überblick', true);
INSERT INTO "post_tags" ("post_id", "tag") VALUES ('00000000-0000-4000-8000-000000000001', 'news'), ('00000000-0000-4000-8000-000000000001', 'Überblick');
