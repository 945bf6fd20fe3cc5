CREATE TABLE product (id serial PRIMARY KEY, name varchar(100) NOT NULL, price int);
INSERT INTO product (name, price) VALUES ('one', 1);
