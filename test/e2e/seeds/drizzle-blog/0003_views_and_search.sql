REFRESH MATERIALIZED VIEW "comment_counts";
UPDATE "users" SET "name" = 'Root' WHERE "name" IS NULL;
