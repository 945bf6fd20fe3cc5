CREATE TABLE samples (id int, name text);
