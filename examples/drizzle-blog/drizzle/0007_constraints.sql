ALTER TABLE "comments" DROP CONSTRAINT "comments_once";--> statement-breakpoint
ALTER TABLE "comments" DROP CONSTRAINT "comments_stars_range";--> statement-breakpoint
ALTER TABLE "comments" DROP CONSTRAINT "comments_parent_fk";
--> statement-breakpoint
ALTER TABLE "articles" DROP CONSTRAINT "articles_author_id_users_id_fk";
--> statement-breakpoint
DROP INDEX "comments_newest";--> statement-breakpoint
ALTER TABLE "post_tags" DROP CONSTRAINT "post_tags_post_id_tag_pk";--> statement-breakpoint
ALTER TABLE "post_tags" ALTER COLUMN "added_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "post_tags" ADD CONSTRAINT "post_tags_pk" PRIMARY KEY("post_id","tag","added_at");--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_parent_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."comments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "articles" ADD CONSTRAINT "articles_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE restrict ON UPDATE cascade;--> statement-breakpoint
CREATE INDEX "comments_newest" ON "comments" USING btree ("written_at" DESC NULLS LAST,"post_id");--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_once" UNIQUE("post_id","author","parent_id","written_at");--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_stars_range" CHECK ("comments"."stars" BETWEEN 0 AND 10);