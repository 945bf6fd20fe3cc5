INSERT INTO "Label" ("name", "synonyms") VALUES ('bug', '{defect,issue}'), ('idea', '{}');
INSERT INTO "_LabelToThread" ("A", "B") VALUES (1, 2), (2, 1);
