INSERT INTO "product_reviews" ("product_id", "author_id", "stars", "meta", "written_at") VALUES (1, 1, 5, '{"verified": true}', '2024-03-02 08:00+00'), (1, NULL, 1, '{}', '2024-03-03 08:00+00');
