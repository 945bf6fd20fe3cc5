INSERT INTO "clinic"."Contact" ("patientId", "phone", "mail", "ip") VALUES ('00000000-0000-4000-8000-000000000001', '+49 30 1', 'a@example.org', '10.0.0.1'), ('00000000-0000-4000-8000-000000000002', '', 'p@example.org', NULL);
INSERT INTO "clinic"."Substance" ("code", "label") VALUES ('PEN', 'Penicillin'), ('LAT', 'Latex');
INSERT INTO "clinic"."_PatientToSubstance" ("A", "B") VALUES ('00000000-0000-4000-8000-000000000001', 'PEN');
