ALTER TYPE "public"."role" ADD VALUE 'admin';--> statement-breakpoint
ALTER TYPE "public"."post_state" ADD VALUE 'scheduled' BEFORE 'published';--> statement-breakpoint
ALTER TYPE "public"."post_state" ADD VALUE 'archived';--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "language" varchar(5) DEFAULT 'en' NOT NULL;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "views" integer DEFAULT 0 NOT NULL;