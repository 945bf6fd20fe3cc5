import { sql } from 'drizzle-orm';
import {
  pgPolicy,
  pgRole,
  pgSchema,
  pgSequence,
  bigint,
  char,
  check,
  customType,
  inet,
  interval,
  jsonb,
  point,
  unique,
  uniqueIndex,
  doublePrecision,
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

const monitor = pgRole('pg_monitor').existing();

export const plan = app.enum('plan', ['free', 'team', 'enterprise']);

const money = customType<{ data: string }>({ dataType: () => 'numeric(14, 4)' });

export const invoiceNumber = pgSequence('invoice_number', { startWith: 1000, increment: 5, cache: 10 });

export const tickets = app.sequence('Tickets', { minValue: 1, maxValue: 99999, cycle: true });

export const tenants = app
  .table('tenants', {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    slug: varchar({ length: 63 }).notNull().unique('tenants_slug'),
    title: text().notNull(),
    plan: plan().notNull().default('free'),
  })
  .enableRLS();

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
    currency: char({ length: 3 }).notNull().default('EUR'),
    total: money().generatedAlwaysAs(sql`quantity * price`),
    labels: varchar({ length: 20 })
      .array()
      .default(sql`ARRAY['a;b', 'c']::varchar[]`),
    data: jsonb().default({ paid: false }),
    term: interval({ fields: 'day' }).default('14 days'),
    ratio: doublePrecision().default(1.5),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.userId], foreignColumns: [members.tenantId, members.userId] })
      .onDelete('cascade')
      .onUpdate('cascade'),
    check('positive', sql`${t.quantity} > 0 AND ${t.price} >= 0`),
    unique('invoices_note_once').on(t.tenantId, t.note).nullsNotDistinct(),
    uniqueIndex('invoices_number')
      .on(t.number)
      .where(sql`${t.number} IS NOT NULL`),
    index('invoices_note_pattern').on(t.note.op('text_pattern_ops')),
    index('invoices_label_gin').using('gin', t.labels).with({ fastupdate: false }),
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
    lastIp: inet('last_ip'),
    desk: point({ mode: 'xy' }),
    joinedAt: timestamp('joinedAt', { withTimezone: true, mode: 'string' })
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.userId] }),
    pgPolicy('own rows', {
      for: 'select',
      to: 'public',
      using: sql`${t.userId} = current_setting('app.user', true)::uuid`,
    }),
    pgPolicy('add members', { for: 'insert', to: 'current_user', withCheck: sql`NOT ${t.admin}` }),
    pgPolicy('monitoring', { for: 'all', to: monitor, as: 'permissive', using: sql`true`, withCheck: sql`false` }),
  ],
);
