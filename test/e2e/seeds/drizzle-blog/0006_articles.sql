INSERT INTO "articles" ("id", "author_id", "headline", "state") VALUES ('00000000-0000-4000-8000-000000000004', 1, 'Later', 'scheduled');
