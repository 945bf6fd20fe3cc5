CREATE TABLE birnen (id int, alt int);
