INSERT INTO "app"."tenants" ("id", "slug", "title", "plan") VALUES (77, 'late', 'Late', 'free');
