INSERT INTO suppliers (id, name, vat_id) VALUES (7, 'Tea & Co.', 'DE1'), (8, 'Über GmbH', NULL);
INSERT INTO items (name, price, stock, supplier_id, weight) VALUES ('Teapot', 19.90, 3, 7, '0,8 kg'), ('Kettle', 49.00, 0, 8, '1,25 kg'), ('Cup', 4.50, 12, NULL, NULL);
