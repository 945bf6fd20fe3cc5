CREATE TABLE "comments" (
	"id" serial PRIMARY KEY NOT NULL,
	"post_id" uuid NOT NULL,
	"parent_id" integer,
	"author" varchar(80) DEFAULT 'it''s me; anonymous' NOT NULL,
	"text" text NOT NULL,
	"stars" integer,
	"meta" jsonb DEFAULT '{"source":"web","tags":["a;b"]}'::jsonb NOT NULL,
	"written_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "comments_once" UNIQUE("post_id","author","parent_id"),
	CONSTRAINT "comments_stars_range" CHECK ("comments"."stars" BETWEEN 1 AND 5)
);
--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_parent_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."comments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "comments_newest" ON "comments" USING btree ("post_id","written_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "comments_meta" ON "comments" USING gin ("meta" jsonb_path_ops);--> statement-breakpoint
CREATE INDEX "comments_rated" ON "comments" USING btree ("post_id") WHERE "comments"."stars" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_lower" ON "users" USING btree (lower("email"));