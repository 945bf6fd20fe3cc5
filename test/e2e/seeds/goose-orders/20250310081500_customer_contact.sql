INSERT INTO customers (email, full_name, phone) VALUES ('c@example.org', 'C', '+49');
