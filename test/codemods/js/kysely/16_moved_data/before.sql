CREATE TABLE users (id serial PRIMARY KEY, first text, last text);
INSERT INTO users (first, last) VALUES ('a', 'b');
