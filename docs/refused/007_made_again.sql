DROP SEQUENCE ticket_number;
CREATE SEQUENCE ticket_number;
