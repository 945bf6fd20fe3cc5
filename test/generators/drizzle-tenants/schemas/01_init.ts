import { sql } from 'drizzle-orm';
import { pgSchema, integer, text, varchar, uuid, timestamp, boolean, primaryKey } from 'drizzle-orm/pg-core';

export const app = pgSchema('app');

export const plan = app.enum('plan', ['free', 'team', 'enterprise']);

export const tenants = app.table('tenants', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  slug: varchar({ length: 63 }).notNull().unique('tenants_slug'),
  title: text().notNull(),
  plan: plan().notNull().default('free'),
});

export const members = app.table(
  'Members',
  {
    tenantId: integer('tenantId')
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    userId: uuid('userId').notNull(),
    admin: boolean().notNull().default(false),
    joinedAt: timestamp('joinedAt', { withTimezone: true, mode: 'string' })
      .notNull()
      .default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.userId] })],
);
