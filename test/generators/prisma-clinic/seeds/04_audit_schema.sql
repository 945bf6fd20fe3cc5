INSERT INTO "audit"."Entries" ("table", "after", "raw") VALUES ('patients', '{"a": 1}', '\x00ff'), ('visits', NULL, NULL);
