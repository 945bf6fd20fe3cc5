INSERT INTO "User" ("email", "name", "role", "createdAt") VALUES
  ('ada@example.org', 'Ada', 'STAFF', '2024-01-01 10:00'), ('björn@example.org', 'Björn', 'CUSTOMER', '2024-01-02 10:00'), ('c@example.org', NULL, 'CUSTOMER', '2024-01-03 10:00');
INSERT INTO "Product" ("sku", "title", "description", "price", "weight", "tags", "createdAt", "updatedAt") VALUES
  ('A-1', 'Teapot', 'holds "tea"', 19.90, 0.8, '{kitchen,blue}', '2024-01-01 11:00', '2024-01-01 12:00'),
  ('B-2', 'Kettle; loud', '', 49.00, 1.25, '{}', '2024-01-02 11:00', '2024-01-02 12:00');
INSERT INTO "Order" ("number", "userId", "status", "total", "placedAt") VALUES ('2024-0001', 1, 'PAID', 1990, '2024-01-05 08:00'), ('2024-0002', 2, 'PENDING', 4900, '2024-01-06 08:00');
INSERT INTO "OrderItem" ("orderId", "productId", "quantity") VALUES (1, 1, 1), (2, 2, 1), (2, 1, 3);
