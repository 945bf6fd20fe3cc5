UPDATE customers SET country = 'AT' WHERE email = 'c@example.org';
