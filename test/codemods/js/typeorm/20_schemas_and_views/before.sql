CREATE SCHEMA old_report;
CREATE TABLE old_report.t (id int);
