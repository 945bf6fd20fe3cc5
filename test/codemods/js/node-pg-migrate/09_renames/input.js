exports.shorthands = undefined;

exports.up = (pgm) => {
  pgm.renameTable('staff', 'employees');
  pgm.renameColumn('employees', 'surname', 'last_name');
  pgm.renameConstraint('teams', 'teams_a', 'teams_b');
  pgm.renameSequence('counter', 'ticket_numbers');
  pgm.renameType('state', 'status');
};

exports.down = (pgm) => {
  pgm.renameTable('employees', 'staff');
};
