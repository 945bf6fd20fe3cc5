CREATE TABLE "user" (id serial PRIMARY KEY);
CREATE TABLE item (id serial PRIMARY KEY, price int);
INSERT INTO item (price) VALUES (3);
