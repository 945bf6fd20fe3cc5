INSERT INTO "Order" ("number", "status", "total") VALUES ('2024-0004', 'SHIPPED', 9000000000);
INSERT INTO "OrderItem" ("orderId", "productId", "quantity") VALUES (4, 3, 12);
