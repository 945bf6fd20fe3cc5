exports.shorthands = {
  uuid_pk: { type: 'uuid', primaryKey: true, default: { literal: true, value: 'gen_random_uuid()' } },
  created: { type: 'timestamptz', notNull: true, default: { literal: true, value: 'now()' } },
};

exports.up = (pgm) => {
  pgm.createTable(
    'accounts',
    { id: 'uuid_pk', email: { type: 'text', notNull: true, unique: true }, created_at: 'created' },
    { comment: 'who may sign in', constraints: { check: "email LIKE '%@%'" }, ifNotExists: true },
  );
  pgm.addColumns('accounts', { plan: { type: 'text', default: 'free' }, seats: { type: 'int', check: 'seats > 0' } }, { ifNotExists: true });
};

exports.down = (pgm) => {
  pgm.dropTable('accounts');
};
