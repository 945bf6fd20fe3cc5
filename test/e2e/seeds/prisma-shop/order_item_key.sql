INSERT INTO "OrderItem" ("id", "orderId", "productId", "quantity", "unitPrice") VALUES ('00000000-0000-4000-8000-000000000041', 4, 1, 1, 19.9);
