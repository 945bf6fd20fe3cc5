import { sql } from 'drizzle-orm';
import {
  pgTable,
  pgEnum,
  serial,
  integer,
  varchar,
  text,
  uuid,
  timestamp,
  boolean,
  primaryKey,
  index,
} from 'drizzle-orm/pg-core';

export const role = pgEnum('role', ['reader', 'author', 'editor']);
export const state = pgEnum('post state', ['draft', 'review', 'published']);

export const users = pgTable('users', {
  id: serial().primaryKey(),
  email: varchar({ length: 254 }).notNull().unique(),
  name: text(),
  role: role().notNull().default('reader'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

export const posts = pgTable(
  'posts',
  {
    id: uuid().primaryKey().defaultRandom(),
    authorId: integer('author_id')
      .notNull()
      .references(() => users.id),
    title: varchar({ length: 200 }).notNull(),
    body: text().notNull().default(''),
    state: state().notNull().default('draft'),
    publishedAt: timestamp('published_at'),
  },
  (t) => [index('posts_author_idx').on(t.authorId)],
);

export const tags = pgTable('tags', { name: varchar({ length: 40 }).primaryKey(), hidden: boolean().default(false) });

export const postTags = pgTable(
  'post_tags',
  {
    postId: uuid('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    tag: varchar({ length: 40 })
      .notNull()
      .references(() => tags.name, { onDelete: 'cascade', onUpdate: 'cascade' }),
    addedAt: timestamp('added_at', { precision: 3 }).default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [primaryKey({ columns: [t.postId, t.tag] })],
);
