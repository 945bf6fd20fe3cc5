ALTER TABLE "posts" ALTER COLUMN "state" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "posts" ALTER COLUMN "state" SET DEFAULT 'draft'::text;--> statement-breakpoint
DROP TYPE "public"."post_state";--> statement-breakpoint
CREATE TYPE "public"."post_state" AS ENUM('draft', 'scheduled', 'published', 'archived');--> statement-breakpoint
ALTER TABLE "posts" ALTER COLUMN "state" SET DEFAULT 'draft'::"public"."post_state";--> statement-breakpoint
ALTER TABLE "posts" ALTER COLUMN "state" SET DATA TYPE "public"."post_state" USING "state"::"public"."post_state";