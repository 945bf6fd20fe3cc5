REFRESH MATERIALIZED VIEW "app"."totals";
UPDATE "app"."Members" SET "is_admin" = true WHERE "tenantId" = 2;
UPDATE "app"."tenants" SET "plan" = 'starter' WHERE "id" = 77;
