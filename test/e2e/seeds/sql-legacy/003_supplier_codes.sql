INSERT INTO suppliers (id, name, code) VALUES (9, 'New', 'N9');
UPDATE articles SET supplier_code = 'N9' WHERE title = 'Cup';
