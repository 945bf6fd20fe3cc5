INSERT INTO customers (email, full_name, phone, created_at) VALUES ('c@example.org', 'C', '+49', '2024-03-10 08:00+00');
