INSERT INTO customers (email, name, created_at) VALUES
  ('ada@example.org', 'Ada', '2024-01-01 08:00+00'), ('björn@example.org', '', '2024-01-02 08:00+00');
INSERT INTO orders (customer_id, status, placed_at) VALUES (1, 'paid', '2024-01-03 08:00+00'), (2, 'new', '2024-01-04 08:00+00');
INSERT INTO order_lines (order_id, line, sku, quantity, price) VALUES (1, 1, 'TEA', 2, 3.50), (1, 2, 'POT', 1, 19.90), (2, 1, 'TEA', 1, 3.50);
