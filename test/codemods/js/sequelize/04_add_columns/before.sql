CREATE TABLE teams (id serial PRIMARY KEY, name text);
CREATE TABLE users (id serial PRIMARY KEY, email text);
INSERT INTO users (email) VALUES ('a@example.com'), ('b@example.com');
