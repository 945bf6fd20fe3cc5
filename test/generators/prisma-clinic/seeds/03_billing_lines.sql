INSERT INTO "Billing"."InvoiceLine" ("invoiceId", "position", "text", "unitPrice") VALUES (1, 1, 'Consultation; 20 min', 60.25), (1, 2, 'Report', 60.25);
