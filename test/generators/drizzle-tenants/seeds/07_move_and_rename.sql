REFRESH MATERIALIZED VIEW "app"."tenant_totals";
UPDATE "app"."Members" SET "is_admin" = true WHERE "tenantId" = 2;
