CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, mail text CONSTRAINT users_mail_unique UNIQUE, age int NOT NULL, first text, last text);
INSERT INTO users (name, mail, age) VALUES ('a', 'b', 1);
