INSERT INTO "audit"."Entries" ("at", "table", "after", "raw") VALUES ('2024-03-05 10:00+00', 'patients', '{"a": 1}', '\x00ff'), ('2024-03-06 10:00+00', 'visits', NULL, NULL);
