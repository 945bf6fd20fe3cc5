UPDATE "clinic"."patients" SET "born_on" = '1980-02-29' WHERE "FirstName" = 'Änne';
