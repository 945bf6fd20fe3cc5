INSERT INTO "clinic"."patients" ("id", "LastName", "FirstName", "sex", "height") VALUES
  ('00000000-0000-4000-8000-000000000001', 'Müller', 'Änne', 'female', 1.71),
  ('00000000-0000-4000-8000-000000000002', 'O''Neil', 'Pat', 'diverse', NULL);
INSERT INTO "clinic"."doctors" ("code", "name") VALUES ('D001', 'Dr. One'), ('D002', 'Dr. Two');
INSERT INTO "clinic"."visits" ("patient_id", "doctor_id", "starts_at", "room") VALUES
  ('00000000-0000-4000-8000-000000000001', 1, '2024-03-01 08:00', '1a'), ('00000000-0000-4000-8000-000000000002', 2, '2024-03-01 09:00', NULL);
INSERT INTO "Billing"."Invoice" ("PatientId", "amount", "state", "issuedAt") VALUES ('00000000-0000-4000-8000-000000000001', 120.50, 'paid', '2024-03-02 12:00');
