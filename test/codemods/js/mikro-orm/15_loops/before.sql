CREATE TABLE customer (id serial PRIMARY KEY);
CREATE TABLE "order" (id serial PRIMARY KEY, note text);
INSERT INTO customer DEFAULT VALUES;
