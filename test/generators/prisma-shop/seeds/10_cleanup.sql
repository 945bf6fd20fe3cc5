INSERT INTO "Order" ("number", "status", "placedAt") VALUES ('2024-0005', 'CANCELED', '2024-04-01 08:00+00');
