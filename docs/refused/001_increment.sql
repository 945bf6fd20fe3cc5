UPDATE account SET logins = logins + 1;
