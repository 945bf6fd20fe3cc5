CREATE EXTENSION "uuid-ossp";
CREATE TABLE old_event (id int);
