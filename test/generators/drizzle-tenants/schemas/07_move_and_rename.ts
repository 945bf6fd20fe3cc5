import { sql } from 'drizzle-orm';
import {
  pgPolicy,
  pgRole,
  pgView,
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

export const archive = pgSchema('archive');

export const plan = app.enum('plan', ['free', 'starter', 'team', 'enterprise']);

const money = customType<{ data: string }>({ dataType: () => 'numeric(14, 4)' });

export const invoiceNumber = pgSequence('invoice_number', { startWith: 1000, increment: 10, cache: 1 });

export const tickets = archive.sequence('Tickets', { minValue: 1, maxValue: 99999, cycle: true });

export const tenants = app
  .table('tenants', {
    id: integer().primaryKey().generatedByDefaultAsIdentity({ startWith: 10, increment: 2 }),
    slug: varchar({ length: 63 }).notNull().unique('tenants_slug'),
    title: text().notNull(),
    plan: plan().notNull().default('free'),
  })
  .enableRLS();

export const invoices = app.table(
  'bills',
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
    total: money().generatedAlwaysAs(sql`quantity * price * 1.19`),
    labels: varchar({ length: 20 })
      .array()
      .default(sql`ARRAY['a;b', 'c']::varchar[]`),
    data: jsonb().default({ paid: false }),
    term: interval({ fields: 'day' }).default('14 days'),
    ratio: numeric().default('2.5'),
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

export const open = app.view('open_invoices').as((qb) =>
  qb
    .select({ id: invoices.id, number: invoices.number })
    .from(invoices)
    .where(sql`${invoices.quantity} > 1`),
);

export const totals = app.materializedView('totals').as((qb) =>
  qb
    .select({ tenantId: invoices.tenantId, sum: sql<string>`sum(${invoices.price})`.as('sum') })
    .from(invoices)
    .groupBy(invoices.tenantId),
);

export const legacy = pgView('old ids', { id: integer() }).as(sql`SELECT 1 AS id`);

export const members = app.table(
  'Members',
  {
    tenantId: integer('tenantId')
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    userId: uuid('userId').notNull(),
    isAdmin: boolean('is_admin').notNull().default(false),
    lastIp: inet('last_ip'),
    desk: point({ mode: 'xy' }),
    joinedAt: timestamp('joinedAt', { withTimezone: true, mode: 'string' })
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.userId] }),
    pgPolicy('own rows only', {
      for: 'select',
      to: 'public',
      using: sql`${t.userId} = NULLIF(current_setting('app.user', true), '')::uuid`,
    }),
    pgPolicy('add members', { for: 'insert', to: monitor, withCheck: sql`NOT ${t.isAdmin}` }),
    pgPolicy('monitoring', { for: 'all', to: monitor, as: 'restrictive', using: sql`true`, withCheck: sql`false` }),
  ],
);
