INSERT INTO customers (email, name) VALUES ('ada@example.org', 'Ada'), ('björn@example.org', '');
INSERT INTO orders (customer_id, status) VALUES (1, 'paid'), (2, 'new');
INSERT INTO order_lines (order_id, line, sku, quantity, price) VALUES (1, 1, 'TEA', 2, 3.50), (1, 2, 'POT', 1, 19.90), (2, 1, 'TEA', 1, 3.50);
