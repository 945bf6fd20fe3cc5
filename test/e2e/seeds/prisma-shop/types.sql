INSERT INTO "Product" ("sku", "title", "description", "price", "tags", "createdAt", "updatedAt") VALUES ('C-3', 'Cup', 'for the pot', 4.50, '{kitchen}', '2024-02-01 11:00', '2024-02-01 12:00');
INSERT INTO "User" ("email", "role", "createdAt") VALUES ('root@example.org', 'ADMIN', '2024-02-01 10:00');
