INSERT INTO "Product" ("sku", "title", "description", "price", "tags", "updatedAt") VALUES ('C-3', 'Cup', 'for the pot', 4.50, '{kitchen}', '2024-02-01');
