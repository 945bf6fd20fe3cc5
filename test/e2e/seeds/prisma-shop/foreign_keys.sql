INSERT INTO "Order" ("number", "status", "total", "placedAt") VALUES ('2024-0004', 'SHIPPED', 9000000000, '2024-03-01 08:00+00');
INSERT INTO "OrderItem" ("orderId", "productId", "quantity") VALUES (4, 3, 12);
