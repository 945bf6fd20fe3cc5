import { sql } from 'drizzle-orm';
import {
  pgSchema,
  pgSequence,
  bigint,
  check,
  foreignKey,
  index,
  numeric,
  smallint,
  integer,
  text,
  varchar,
  uuid,
  timestamp,
  boolean,
  primaryKey,
} from 'drizzle-orm/pg-core';

export const app = pgSchema('app');

export const plan = app.enum('plan', ['free', 'team', 'enterprise']);

export const invoiceNumber = pgSequence('invoice_number', { startWith: 1000, increment: 5, cache: 10 });

export const tickets = app.sequence('Tickets', { minValue: 1, maxValue: 99999, cycle: true });

export const tenants = app.table('tenants', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  slug: varchar({ length: 63 }).notNull().unique('tenants_slug'),
  title: text().notNull(),
  plan: plan().notNull().default('free'),
});

export const invoices = app.table(
  'invoices',
  {
    id: bigint({ mode: 'number' })
      .primaryKey()
      .generatedByDefaultAsIdentity({ name: 'invoices_ids', startWith: 100, increment: 1 }),
    number: bigint({ mode: 'number' })
      .notNull()
      .default(sql`nextval('invoice_number')`),
    tenantId: integer('tenantId').notNull(),
    userId: uuid('userId').notNull(),
    quantity: smallint().notNull().default(1),
    price: numeric({ precision: 12, scale: 2 }).notNull().default('0'),
    note: text(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.userId], foreignColumns: [members.tenantId, members.userId] })
      .onDelete('cascade')
      .onUpdate('cascade'),
    check('positive', sql`${t.quantity} > 0 AND ${t.price} >= 0`),
    index('invoices_by_number').on(t.tenantId, t.number.desc().nullsFirst()),
  ],
);

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
