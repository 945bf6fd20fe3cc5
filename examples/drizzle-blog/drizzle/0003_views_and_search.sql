ALTER TABLE "posts" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || body)) STORED;--> statement-breakpoint
CREATE INDEX "posts_search" ON "posts" USING gin ("search");--> statement-breakpoint
CREATE VIEW "public"."authors" AS (select "id", "email", "created_at" from "users");--> statement-breakpoint
CREATE MATERIALIZED VIEW "public"."comment_counts" AS (select "post_id", count(*) as "count" from "comments" group by "comments"."post_id");