UPDATE path SET p = '/' || p;
ALTER TABLE path RENAME COLUMN p TO absolute;
