INSERT INTO "clinic"."Ward" ("name", "headId") VALUES ('North', 1), ('South', NULL);
INSERT INTO "clinic"."_WardStaff" ("A", "B") VALUES (1, 1), (2, 1);
INSERT INTO "clinic"."_Supervision" ("A", "B") VALUES (1, 2);
UPDATE "clinic"."doctors" SET "MentorID" = 1 WHERE "id" = 2;
