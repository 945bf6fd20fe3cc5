INSERT INTO "clinic"."PatientSubstance" ("patientId", "code") VALUES ('00000000-0000-4000-8000-000000000001', 'PEN');
