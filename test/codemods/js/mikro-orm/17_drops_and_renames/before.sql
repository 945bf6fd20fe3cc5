CREATE TYPE invoice_state AS ENUM ('open', 'paid');
CREATE TYPE colour AS ENUM ('red', 'blu');
CREATE TABLE "user" (id serial PRIMARY KEY);
CREATE TABLE invoice (id serial, number text, state invoice_state, total int, user_id int, CONSTRAINT invoice_pkey PRIMARY KEY (id),
  CONSTRAINT invoice_user_id_foreign FOREIGN KEY (user_id) REFERENCES "user" (id));
CREATE INDEX invoice_number_index ON invoice (number);
CREATE INDEX invoice_total_index ON invoice (total);
CREATE TABLE draft (id int);
INSERT INTO invoice (number, total) VALUES ('1', 2);
