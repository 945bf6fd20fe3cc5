INSERT INTO "User" ("email", "name", "role") VALUES ('ada@example.org', 'Ada', 'STAFF'), ('björn@example.org', 'Björn', 'CUSTOMER'), ('c@example.org', NULL, 'CUSTOMER');
INSERT INTO "Product" ("sku", "title", "description", "price", "weight", "tags", "updatedAt") VALUES
  ('A-1', 'Teapot', 'holds "tea"', 19.90, 0.8, '{kitchen,blue}', '2024-01-01'),
  ('B-2', 'Kettle; loud', '', 49.00, 1.25, '{}', '2024-01-02');
INSERT INTO "Order" ("number", "userId", "status", "total") VALUES ('2024-0001', 1, 'PAID', 1990), ('2024-0002', 2, 'PENDING', 4900);
INSERT INTO "OrderItem" ("orderId", "productId", "quantity") VALUES (1, 1, 1), (2, 2, 1), (2, 1, 3);
