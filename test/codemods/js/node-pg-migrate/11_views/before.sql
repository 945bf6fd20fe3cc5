CREATE SCHEMA report;
CREATE TABLE users (id serial PRIMARY KEY, email text, active boolean);
CREATE VIEW old_users AS SELECT 1 AS one;
INSERT INTO users (email, active) VALUES ('a@example.com', true);
