INSERT INTO orders (customer_id, status, placed_at) VALUES (2, 'returned', '2024-02-04 08:00+00');
