INSERT INTO "Order" ("number", "status") VALUES ('2024-0005', 'CANCELED');
