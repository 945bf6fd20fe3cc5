ALTER TABLE account RENAME COLUMN email TO old_email;
ALTER TABLE account ADD COLUMN email text;
UPDATE account SET email = lower(old_email);
ALTER TABLE account DROP COLUMN old_email;
