CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL, age int);
CREATE TABLE visit (id int NOT NULL, account_id int NOT NULL, CONSTRAINT visit_pkey PRIMARY KEY (id));
CREATE TABLE pair (a int, b text);
