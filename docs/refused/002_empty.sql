TRUNCATE session;
