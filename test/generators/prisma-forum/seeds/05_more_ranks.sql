UPDATE "Thread" SET "slug" = 'thread-' || "id";
