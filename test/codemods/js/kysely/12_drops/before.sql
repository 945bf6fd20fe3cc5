CREATE SCHEMA old;
CREATE TABLE users (id int, age int);
CREATE INDEX users_age ON users (age);
CREATE VIEW adults AS SELECT id FROM users WHERE age > 17;
