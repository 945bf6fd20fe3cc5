INSERT INTO "product_reviews" ("product_id", "author_id", "stars", "meta") VALUES (1, 1, 5, '{"verified": true}'), (1, NULL, 1, '{}');
