INSERT INTO "clinic"."visits" ("patient_id", "doctor_id", "starts_at", "ends_at") VALUES ('00000000-0000-4000-8000-000000000001', 2, '2024-04-01 08:00+02', '2024-04-01 08:30+02');
