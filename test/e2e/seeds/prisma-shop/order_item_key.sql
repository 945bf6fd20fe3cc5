INSERT INTO "OrderItem" ("orderId", "productId", "quantity", "unitPrice") VALUES (4, 1, 1, 19.9);
