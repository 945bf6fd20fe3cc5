DROP MATERIALIZED VIEW "public"."comment_counts";--> statement-breakpoint
DROP INDEX "comments_rated";--> statement-breakpoint
DROP INDEX "users_email_lower";--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "keywords" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "price" numeric(10, 2) DEFAULT '0.00';--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_lower" ON "users" USING btree (lower("email")) WHERE "users"."role" <> 'reader';--> statement-breakpoint
ALTER TABLE "articles" DROP COLUMN "language";