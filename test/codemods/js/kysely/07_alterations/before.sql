CREATE TABLE users (id serial PRIMARY KEY, name text, mail text, age int);
INSERT INTO users (name, mail) VALUES ('a', 'b');
