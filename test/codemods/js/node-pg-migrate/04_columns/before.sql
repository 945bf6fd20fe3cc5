CREATE TABLE teams (id serial PRIMARY KEY);
CREATE TABLE users (id serial PRIMARY KEY, email text, legacy_a int, legacy_b int, legacy_c int);
INSERT INTO users (email, legacy_a) VALUES ('A@example.com', 1);
