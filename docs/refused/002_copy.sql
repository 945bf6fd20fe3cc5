INSERT INTO audit (message) SELECT name FROM account;
