INSERT INTO "comments" ("post_id", "parent_id", "text", "stars") VALUES ('00000000-0000-4000-8000-000000000001', NULL, 'nice', 5), ('00000000-0000-4000-8000-000000000001', 1, 'thanks', NULL);
