CREATE TABLE role (id int PRIMARY KEY, name text);
INSERT INTO role VALUES (1, 'owner'), (2, NULL);
