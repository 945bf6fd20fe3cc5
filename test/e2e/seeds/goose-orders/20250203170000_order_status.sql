INSERT INTO orders (customer_id, status) VALUES (2, 'returned');
