INSERT INTO "app"."tenants" ("slug", "title", "plan") VALUES ('acme', 'ACME; Inc.', 'team'), ('öko', 'Öko', 'free');
INSERT INTO "app"."Members" ("tenantId", "userId", "admin", "joinedAt") VALUES
  (1, '00000000-0000-4000-8000-000000000001', true, '2024-01-01 08:00+00'), (2, '00000000-0000-4000-8000-000000000002', false, '2024-01-02 08:00+00');
