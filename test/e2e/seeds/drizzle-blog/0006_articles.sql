INSERT INTO "articles" ("author_id", "headline", "state") VALUES (1, 'Later', 'scheduled');
