CREATE TABLE users (id serial PRIMARY KEY, age int);
CREATE VIEW adults AS SELECT * FROM users WHERE age > 17;
CREATE TABLE pets (id int);
CREATE SCHEMA old;
CREATE TABLE old.users (id int);
