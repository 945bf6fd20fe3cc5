CREATE SCHEMA crm;
CREATE TABLE crm.customers (id serial PRIMARY KEY, mail text);
