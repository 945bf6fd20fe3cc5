UPDATE "Thread" SET "boardSlug" = "boardSlug";
