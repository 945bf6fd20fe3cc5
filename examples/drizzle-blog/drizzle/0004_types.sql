ALTER TABLE "comments" ALTER COLUMN "stars" SET DATA TYPE numeric(3, 1);--> statement-breakpoint
ALTER TABLE "posts" ALTER COLUMN "views" SET DATA TYPE bigint;--> statement-breakpoint
ALTER TABLE "posts" ALTER COLUMN "views" SET DEFAULT 1;--> statement-breakpoint
ALTER TABLE "posts" ALTER COLUMN "published_at" SET DATA TYPE timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "tags" ALTER COLUMN "hidden" SET DEFAULT true;--> statement-breakpoint
ALTER TABLE "tags" ALTER COLUMN "hidden" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "name" SET DATA TYPE varchar(120);--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "name" SET DEFAULT '?';--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "name" SET NOT NULL;