INSERT INTO "comments" ("post_id", "parent_id", "text", "stars", "written_at") VALUES
  ('00000000-0000-4000-8000-000000000001', NULL, 'nice', 5, '2024-01-05 08:00+00'), ('00000000-0000-4000-8000-000000000001', 1, 'thanks', NULL, '2024-01-06 08:00+00');
