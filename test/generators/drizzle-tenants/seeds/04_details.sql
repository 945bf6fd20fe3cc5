UPDATE "app"."Members" SET "last_ip" = '10.0.0.1', "desk" = '(1,2)' WHERE "tenantId" = 1;
