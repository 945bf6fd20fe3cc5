INSERT INTO "Order" ("number", "userId", "status", "total", "placedAt") VALUES ('2024-0003', 2, 'REFUNDED', 700, '2024-02-01 08:00');
