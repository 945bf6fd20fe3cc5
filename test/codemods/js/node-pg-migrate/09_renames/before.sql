CREATE TABLE staff (id int PRIMARY KEY, surname text);
CREATE TABLE teams (id int, CONSTRAINT teams_a CHECK (id > 0));
CREATE SEQUENCE counter;
CREATE TYPE state AS ENUM ('x');
INSERT INTO staff VALUES (1, 'Ada');
