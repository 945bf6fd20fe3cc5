/** What each statement that pg_dump writes becomes: the question whether it is done, the statement, and how what is there is compared. */
import {
  constantText,
  defElemText,
  qualified,
  quoteIdent,
  quoteLiteral,
  rangeVar,
  strings,
  truncateName,
  walk,
  type Node,
  type QualifiedName,
  type Statement,
} from '@idempotify/core';
import type { BaselineOptions, LeftOut } from '../types.ts';
import {
  addressed,
  attnum,
  castOf,
  child,
  column,
  domainConstraint,
  named,
  nameSql,
  operator,
  operatorClass,
  regclass,
  regnamespace,
  relation,
  routine,
  transformOf,
  type,
  typeRef,
  type Target,
} from './address.ts';
import { isSecret } from '../secrets.ts';
import { md5, skeleton, skeletonSql } from '../skeleton.ts';
import { bare, type Check, type GroupName } from './check.ts';
import { bareGrants, defaultGrants, grantsOn, roleOf, rolesExist, type GrantUnit } from './grants.ts';
import { Source } from './source.ts';

/** One condition and what is done when it holds. */
export interface Piece {
  readonly target: Target;
  /** Pieces of one block stand together; undefined: the target's own. */
  readonly title?: string;
  readonly when: string;
  /** PL/pgSQL, indented by four. */
  readonly body: string;
  /** Settings that hold while it runs: name -> SQL of the value. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly checks: readonly Check[];
  /** Relations that the statement names. */
  readonly uses: readonly QualifiedName[];
  readonly statement: Statement;
}

export interface Refusal {
  readonly statement: Statement;
  readonly message: string;
  readonly advice: string;
}

const ENABLED: Readonly<Record<string, string>> = {
  AT_EnableTrig: 'O',
  AT_DisableTrig: 'D',
  AT_EnableReplicaTrig: 'R',
  AT_EnableAlwaysTrig: 'A',
  AT_EnableRule: 'O',
  AT_DisableRule: 'D',
  AT_EnableReplicaRule: 'R',
  AT_EnableAlwaysRule: 'A',
};

const STORAGE: Readonly<Record<string, string>> = { plain: 'p', external: 'e', extended: 'x', main: 'm' };
const COMPRESSION: Readonly<Record<string, string>> = { pglz: 'p', lz4: 'l' };
const POLICY: Readonly<Record<string, string>> = { all: '*', select: 'r', insert: 'a', update: 'w', delete: 'd' };
/** Words behind a column's type and behind its default. */
const OF_COLUMN = new Set(
  'collate default not null generated constraint options storage compression stored virtual check'.split(' '),
);
const LIMITS: Readonly<Record<string, bigint>> = { smallint: 15n, integer: 31n, bigint: 63n };
const INTEGERS: Readonly<Record<string, string>> = { int2: 'smallint', int4: 'integer', int8: 'bigint' };

/** What belongs to the server, not to the schema of one database. */
const OF_THE_SERVER: Readonly<Record<string, readonly [kind: string, reason: string]>> = {
  CreatedbStmt: ['database', 'the baseline is applied to a database that is there'],
  AlterDatabaseStmt: ['setting of the database', 'it belongs to the server'],
  AlterDatabaseSetStmt: [
    'setting of the database',
    'ALTER DATABASE … SET is no part of a schema, but may decide how it works',
  ],
  CreateRoleStmt: ['role', 'roles belong to the server: create them there'],
  AlterRoleStmt: ['role', 'roles belong to the server: create them there'],
  AlterRoleSetStmt: ['setting of a role', 'ALTER ROLE … SET is no part of a schema, but may decide how it works'],
  GrantRoleStmt: ['membership in a role', 'roles belong to the server'],
  CreateTableSpaceStmt: ['tablespace', 'it belongs to the server'],
};

const QUIET = new Set(['TransactionStmt', 'CheckPointStmt']);

/** What of a table differs. */
const WHAT: Partial<Record<GroupName, string>> = {
  columns: ' (its columns)',
  'local columns': ' (its columns)',
  'not null': ' (its NOT NULLs)',
  'no default': ' (defaults that it should not have)',
  'partition key': ' (its partition key)',
  identity: ' (GENERATED AS IDENTITY)',
  'inline default': ' (its default)',
  others: ' (constraints, triggers, policies or rules on it that the baseline does not have)',
};

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const array = (names: Iterable<string>): string =>
  `{${[...names].map((name) => `"${name.replaceAll(/(["\\])/g, '\\$1')}"`).join(',')}}`;
const optionList = (items: readonly Node[]): string[] =>
  items.map((item) => `${String(item.DefElem.defname)}=${defElemText(item.DefElem) ?? ''}`).sort(byBytes);

/** What OPTIONS says of the columns of a foreign table. */
const columnOptions = (table: Node): Node[] =>
  ((table.tableElts ?? []) as Node[]).flatMap((element) => (element.ColumnDef?.fdwoptions ?? []) as Node[]);

/** Reads the statements of one dump, one after the other. */
export class DumpReader {
  readonly pieces: Piece[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly refusals: Refusal[] = [];
  readonly warnings: string[] = [];
  readonly roles = new Set<string>();
  readonly #text: string;
  readonly #options: BaselineOptions;
  /** SET default_tablespace, default_table_access_method, session_authorization. */
  readonly #settings = new Map<string, string>();
  readonly #dummies = new Map<string, string>();
  readonly #later = new Map<string, Later>();
  readonly #left = new Set<string>();
  readonly #attachedLate: Piece[] = [];
  #grants: { unit: GrantUnit; key: string; statement: Statement } | undefined;
  #source: Source;

  constructor(text: string, statements: readonly Statement[], options: BaselineOptions) {
    this.#text = text;
    this.#options = options;
    this.#source = new Source(text, statements[0] as Statement);
    for (const statement of statements) this.#lookAhead(statement);
    for (const statement of statements) this.#read(statement);
    this.#endGrants();
    const last = this.pieces.findLastIndex(({ statement }) => makesIndex(statement));
    this.pieces.splice(last + 1, 0, ...this.#attachedLate);
  }

  // ------------------------------------------------------------------------------------------------------------ helpers

  #of(table: QualifiedName): Later {
    const key = nameSql(table);
    let later = this.#later.get(key);
    if (!later) this.#later.set(key, (later = { defaults: new Set(), notNull: new Set(), others: new Set() }));
    return later;
  }

  /** What later statements do to a relation: it may be undone yet where only a part of the file has run. */
  #lookAhead(statement: Statement): void {
    const { tag, node } = statement;
    const note = (relation: Node, name: string): void => void this.#of(rangeVar(relation)).others.add(name);
    if (tag === 'CreateTrigStmt') note(node.relation, `t ${node.trigname}`);
    if (tag === 'RuleStmt') note(node.relation, `r ${node.rulename}`);
    if (tag === 'CreatePolicyStmt') note(node.table, `p ${node.policy_name}`);
    const table = tag === 'CreateStmt' ? node : tag === 'CreateForeignTableStmt' ? node.base : undefined;
    for (const { Constraint: constraint } of table?.tableElts ?? [])
      if (constraint?.conname) note(table.relation, `c ${constraint.conname}`);
    if (table?.inhRelations) this.#of(rangeVar(table.relation)).inherits = true;
    if (tag !== 'AlterTableStmt' || !node.relation) return;
    const later = this.#of(rangeVar(node.relation));
    for (const { AlterTableCmd: command } of node.cmds ?? []) {
      if (command.subtype === 'AT_ColumnDefault' || command.subtype === 'AT_AddIdentity')
        later.defaults.add(command.name);
      if (command.subtype === 'AT_SetNotNull') later.notNull.add(command.name);
      const constraint = command.def?.Constraint;
      if (constraint?.contype === 'CONSTR_PRIMARY' || constraint?.contype === 'CONSTR_NOTNULL')
        for (const name of strings(constraint.keys)) later.notNull.add(name);
      if (constraint?.contype === 'CONSTR_CHECK') later.checks = true;
      if (constraint?.conname) later.others.add(`c ${constraint.conname}`);
    }
  }

  #leaveOut(kind: string, name: string, reason: string): void {
    const key = `${kind}\n${name}`;
    if (this.#left.has(key)) return;
    this.#left.add(key);
    this.leftOut.push({ kind, name, reason });
  }

  #refuse(statement: Statement, message: string, advice: string): void {
    this.refusals.push({ statement, message, advice });
  }

  /** Whether there is a secret among the options of a foreign object, and it is not asked for. */
  #hides(options: readonly Node[]): boolean {
    return this.#options.secrets !== true && optionList(options).some(isSecret);
  }

  /** For what the baseline can't do without: a table, a wrapper. */
  #refuseSecrets(options: readonly Node[]): void {
    if (this.#hides(options))
      this.#refuse(
        this.#source.statement,
        'its options may hold a secret, which would stand in the baseline',
        'take the option out of the dump, or keep it with --secrets',
      );
  }

  #add(
    target: Target,
    when: string,
    more: {
      sql?: readonly string[];
      body?: string;
      checks?: readonly Check[];
      execute?: boolean;
      settings?: Readonly<Record<string, string>>;
      title?: string;
      /** It makes the target. */
      creates?: boolean;
    } = {},
  ): void {
    const { statement } = this.#source;
    const uses: QualifiedName[] = [];
    walk(statement.node, (tag, node) => {
      if (tag === 'RangeVar') uses.push(rangeVar(node));
    });
    walk(statement.node, (tag, node) => {
      if (tag === 'Constraint' && node.pktable) uses.push(rangeVar(node.pktable));
    });
    const body =
      more.body ??
      (more.sql ?? [this.#source.sql])
        .map((sql) => (more.execute ? `    EXECUTE ${quoteLiteral(sql)};` : `    ${sql};`))
        .join('\n');
    const bare = more.creates === true && this.#options.grants !== false ? bareGrants(target) : undefined;
    this.pieces.push({
      target,
      when,
      body: bare === undefined ? body : `${body}\n${bare}`,
      checks: more.checks ?? [],
      uses,
      statement,
      ...(more.settings ? { settings: more.settings } : {}),
      ...(more.title === undefined ? {} : { title: more.title }),
    });
  }

  #create(
    target: Target,
    checks: readonly Check[] = [],
    more: { execute?: boolean; settings?: Readonly<Record<string, string>>; sql?: readonly string[] } = {},
  ): void {
    this.#add(target, `${target.oid} IS NULL`, { ...more, checks, creates: true });
  }

  #check(group: GroupName, target: Target, want: readonly string[] | string, more?: string): Check {
    return {
      group,
      label: `${target.kind} ${target.name}${WHAT[group] ?? ''}`,
      oid: target.child === undefined || !target.relation ? target.oid : regclass(target.relation),
      want: typeof want === 'string' ? [want] : want,
      ...(more === undefined && target.child === undefined ? {} : { more: more ?? target.child ?? '' }),
    };
  }

  /** Object creation in the tablespace and with the access method that the dump has set. */
  #storage(withMethod: boolean): Readonly<Record<string, string>> | undefined {
    const settings: Record<string, string> = {};
    const space = this.#settings.get('default_tablespace') ?? '';
    // another server may have no such tablespace
    if (space !== '')
      settings['default_tablespace'] =
        `coalesce((SELECT spcname FROM pg_catalog.pg_tablespace WHERE spcname = ${quoteLiteral(space)}), '')`;
    const method = this.#settings.get('default_table_access_method') ?? 'heap';
    if (withMethod && method !== 'heap') settings['default_table_access_method'] = quoteLiteral(method);
    return Object.keys(settings).length > 0 ? settings : undefined;
  }

  // ---------------------------------------------------------------------------------------------------------- statements

  #read(statement: Statement): void {
    const { tag, node } = statement;
    this.#source = new Source(this.#text, statement);
    if (tag === 'VariableSetStmt') return this.#set(statement);
    if (tag === 'GrantStmt') return this.#grant(statement, node);
    if (tag === 'AlterDefaultPrivilegesStmt') return this.#defaultPrivileges(statement, node);
    this.#endGrants();
    if (QUIET.has(tag)) return;
    const outside = OF_THE_SERVER[tag];
    if (outside) {
      const [kind, reason] = outside;
      // only the name: a password may stand in the rest
      const name: unknown =
        node.dbname ??
        node.tablespacename ??
        (typeof node.role === 'string' ? node.role : roleOf(node.role)) ??
        node.granted_roles?.[0]?.AccessPriv?.priv_name;
      this.#leaveOut(kind, typeof name === 'string' ? quoteIdent(name) : '', reason);
      return;
    }
    switch (tag) {
      case '':
        return this.#unreadable(statement);
      case 'SelectStmt':
        return this.#select(statement, node);
      case 'InsertStmt':
      case 'CopyStmt':
        if (node.relation) {
          this.#leaveOut('rows', nameSql(rangeVar(node.relation)), 'they are data');
          return;
        }
        break;
      case 'RefreshMatViewStmt':
        // it is filled when it is made
        return;
      case 'DropStmt':
        return this.#refuse(
          statement,
          'this would drop something: the dump was made with --clean',
          'Make the dump without --clean.',
        );
      case 'CreateSchemaStmt': {
        const target = named('OBJECT_SCHEMA', qualified([node.schemaname]));
        if (target) this.#create(target);
        return;
      }
      case 'CreateExtensionStmt': {
        const target = named('OBJECT_EXTENSION', qualified([node.extname]));
        if (target) this.#create(target);
        return;
      }
      case 'CreateEnumStmt': {
        const target = type('type', qualified(strings(node.typeName)));
        const labels: string[] = (node.vals ?? []).map((item: Node) => item.String.sval ?? '');
        return this.#create(target, [
          this.#check('type', target, 'e'),
          this.#check('enum', target, labels.length === 0 ? '' : md5(labels.join(','))),
        ]);
      }
      case 'CompositeTypeStmt': {
        const target = type('type', rangeVar(node.typevar));
        const lines = (node.coldeflist ?? []).map((item: Node) => this.#columnLine(item.ColumnDef));
        return this.#create(target, [
          this.#check('type', target, 'c'),
          this.#check('composite', target, columnsText(lines)),
        ]);
      }
      case 'CreateRangeStmt': {
        const target = type('type', qualified(strings(node.typeName)));
        const subtype = (node.params ?? []).find((item: Node) => item.DefElem.defname === 'subtype')?.DefElem;
        const text = subtype && this.#definition('subtype');
        return this.#add(target, undefinedType(target), {
          creates: true,
          checks: [
            this.#check('type', target, ['r', 'p']),
            ...(text === undefined ? [] : [this.#check('range', target, text.replaceAll('"', ''))]),
          ],
        });
      }
      case 'CreateDomainStmt':
        return this.#domain(node);
      case 'AlterDomainStmt': {
        const domain = qualified(strings(node.typeName));
        const constraint = node.def?.Constraint;
        if (!constraint?.conname) break;
        const target = domainConstraint(domain, constraint.conname);
        return this.#create(target, [this.#check('domain constraint', target, skeleton(this.#constraintText()))]);
      }
      case 'DefineStmt':
        return this.#define(statement, node);
      case 'CreateFunctionStmt':
        return this.#function(node);
      case 'CreateStmt':
        return this.#table(node, relation('table', rangeVar(node.relation)), node.partspec ? 'p' : 'r');
      case 'CreateForeignTableStmt': {
        this.#refuseSecrets([...(node.options ?? []), ...columnOptions(node.base)]);
        const target = relation('foreign table', rangeVar(node.base.relation));
        this.#table(node.base, target, 'f', [
          this.#check('foreign table', target, `${node.servername}|${optionList(node.options ?? []).join(',')}`),
        ]);
        return;
      }
      case 'ViewStmt':
        return this.#view(node);
      case 'CreateTableAsStmt':
        if (node.objtype === 'OBJECT_MATVIEW') return this.#materialized(node);
        break;
      case 'CreateSeqStmt': {
        const target = relation('sequence', rangeVar(node.sequence));
        return this.#create(target, [
          this.#check('relation', target, 'S'),
          this.#check('sequence', target, sequenceText(node.options ?? [], 'bigint')),
        ]);
      }
      case 'AlterSeqStmt': {
        const owned = (node.options ?? []).find((item: Node) => item.DefElem.defname === 'owned_by')?.DefElem;
        if (!owned || node.options.length !== 1) break;
        const parts = strings(owned.arg.List.items);
        const table = qualified(parts.slice(0, -1));
        const name = rangeVar(node.sequence);
        return this.#add(
          relation('sequence', name),
          `NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = ${regclass(name)} AND d.refclassid = d.classid AND d.refobjid = ${regclass(table)} AND d.refobjsubid = ${attnum(table, parts.at(-1) ?? '')} AND d.deptype = 'a')`,
        );
      }
      case 'IndexStmt': {
        const table = rangeVar(node.relation);
        const target = {
          ...relation('index', { schema: table.schema, name: node.idxname }),
          relation: table,
        };
        return this.#create(target, [this.#check('index', target, skeleton(this.#source.sql))], {
          ...withSettings(this.#storage(false)),
        });
      }
      case 'AlterTableStmt':
        return this.#alterTable(statement, node);
      case 'CreateTrigStmt': {
        const target = child('trigger', rangeVar(node.relation), node.trigname);
        return this.#create(target, [this.#check('trigger', target, skeleton(this.#source.sql))]);
      }
      case 'RuleStmt': {
        const target = child('rule', rangeVar(node.relation), node.rulename);
        return this.#create(target, [this.#check('rule', target, skeleton(`${this.#source.sql};`, true))], {
          // before 14 PL/pgSQL takes the `;` between the actions for the end of the statement
          execute: (node.actions ?? []).length > 1,
        });
      }
      case 'CreatePolicyStmt':
        return this.#policy(node);
      case 'CreateStatsStmt': {
        const target = named('OBJECT_STATISTIC_EXT', qualified(strings(node.defnames)));
        const table = node.relations?.[0]?.RangeVar;
        if (target)
          this.#create({ ...target, ...(table ? { relation: rangeVar(table) } : {}) }, [
            this.#check('statistics', target, skeleton(this.#source.sql)),
          ]);
        return;
      }
      case 'AlterStatsStmt': {
        const target = named('OBJECT_STATISTIC_EXT', qualified(strings(node.defnames)));
        const value = node.stxstattarget?.Integer?.ival ?? 0;
        if (target)
          this.#add(
            target,
            `(SELECT coalesce((pg_catalog.to_jsonb(x) ->> 'stxstattarget')::integer, -1) FROM pg_catalog.pg_statistic_ext x WHERE x.oid = ${target.oid}) <> ${value}`,
          );
        return;
      }
      case 'CreateCastStmt': {
        const target = castOf({ ...node.sourcetype }, { ...node.targettype });
        const method = node.inout ? 'i' : node.func ? 'f' : 'b';
        const context = node.context === 'COERCION_IMPLICIT' ? 'i' : node.context === 'COERCION_ASSIGNMENT' ? 'a' : 'e';
        const name = node.func && nameSql(qualified(strings(node.func.objname)));
        return this.#create(target, [
          this.#check('cast', target, [method, context, ...(name ? [bare(name)] : [])].join('|')),
        ]);
      }
      case 'CreateTransformStmt':
        return this.#create(transformOf(node.type_name, node.lang));
      case 'CreateOpClassStmt':
        return this.#create(operatorClass('operator class', qualified(strings(node.opclassname)), node.amname));
      case 'CreateOpFamilyStmt':
        return this.#create(operatorClass('operator family', qualified(strings(node.opfamilyname)), node.amname));
      case 'AlterOpFamilyStmt':
        return this.#familyMembers(node);
      case 'CreateConversionStmt':
        return this.#createNamed('OBJECT_CONVERSION', qualified(strings(node.conversion_name)));
      case 'CreateAmStmt':
        return this.#createNamed('OBJECT_ACCESS_METHOD', qualified([node.amname]));
      case 'CreatePLangStmt':
        return this.#createNamed('OBJECT_LANGUAGE', qualified([node.plname]));
      case 'AlterTSConfigurationStmt': {
        const name = qualified(strings(node.cfgname));
        const target = named('OBJECT_TSCONFIGURATION', name);
        if (!target || node.kind !== 'ALTER_TSCONFIG_ADD_MAPPING') break;
        const tokens: string[] = strings(node.tokentype);
        return this.#add(
          target,
          `EXISTS (SELECT FROM pg_catalog.pg_ts_config x, pg_catalog.ts_token_type(x.cfgparser) t WHERE x.oid = ${target.oid} AND t.alias IN (${tokens.map(quoteLiteral).join(', ')}) AND NOT EXISTS (SELECT FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = x.oid AND m.maptokentype = t.tokid))`,
        );
      }
      case 'CreateFdwStmt': {
        this.#refuseSecrets(node.options ?? []);
        const target = named('OBJECT_FDW', qualified([node.fdwname]));
        if (target) this.#create(target, [this.#check('wrapper', target, optionList(node.options ?? []).join(','))]);
        return;
      }
      case 'CreateForeignServerStmt':
        return this.#server(node);
      case 'CreateUserMappingStmt':
        return this.#userMapping(node);
      case 'CreatePublicationStmt':
        return this.#publication(node);
      case 'AlterPublicationStmt':
        return this.#publicationMember(node);
      case 'CreateSubscriptionStmt':
      case 'AlterSubscriptionStmt':
        this.#leaveOut(
          'subscription',
          quoteIdent(node.subname),
          'its connection string holds a password, and making it reaches for another server',
        );
        return;
      case 'CreateEventTrigStmt': {
        const target = named('OBJECT_EVENT_TRIGGER', qualified([node.trigname]));
        if (!target) return;
        const tags: string[] = (node.whenclause ?? []).flatMap((item: Node) => strings(item.DefElem?.arg?.List?.items));
        return this.#create(target, [
          this.#check(
            'event trigger',
            target,
            [
              node.eventname,
              bare(nameSql(qualified(strings(node.funcname)))),
              ...(tags.length === 0 ? [] : [tags.sort(byBytes).join(',')]),
            ].join('|'),
          ),
        ]);
      }
      case 'AlterEventTrigStmt': {
        const target = named('OBJECT_EVENT_TRIGGER', qualified([node.trigname]));
        if (target)
          this.#add(
            target,
            `(SELECT x.evtenabled FROM pg_catalog.pg_event_trigger x WHERE x.oid = ${target.oid}) <> ${quoteLiteral(node.tgenabled)}`,
          );
        return;
      }
      case 'AlterOwnerStmt': {
        if (node.objectType === 'OBJECT_DATABASE' || node.objectType === 'OBJECT_SUBSCRIPTION') return;
        const target = addressed(node.objectType, node.object);
        if (target) return this.#owner(target, roleOf(node.newowner));
        break;
      }
      case 'CommentStmt':
        return this.#comment(node);
      case 'SecLabelStmt': {
        const target = addressed(node.objtype, node.object);
        if (!target) {
          this.#leaveOut('security label', node.provider ?? '', 'it stands on something that is no part of a schema');
          return;
        }
        return this.#add(
          target,
          `NOT EXISTS (SELECT FROM pg_catalog.pg_seclabel l WHERE l.classoid = 'pg_catalog.${target.catalog}'::pg_catalog.regclass AND l.objoid = ${target.oid} AND l.objsubid = ${target.column ?? '0'} AND l.provider = ${quoteLiteral(node.provider ?? '')} AND l.label = ${quoteLiteral(node.label ?? '')})`,
        );
      }
    }
    this.#refuse(
      statement,
      'pg_dump writes no such statement into the dump of a schema, and idempotify knows no check that would tell whether it has been done',
      'Take it out of the text, and add it in a migration of its own behind the baseline.',
    );
  }

  #createNamed(objectType: string, name: QualifiedName): void {
    const target = named(objectType, name);
    if (target) this.#create(target);
  }

  #unreadable(statement: Statement): void {
    const text = this.#text.slice(statement.range.start, statement.range.end);
    // the rows of a COPY, which has been reported
    if (statement.problem?.message.startsWith('the data of COPY')) return;
    const [, command] = /^\\(\S*)/.exec(text) ?? [];
    if (command === 'restrict' || command === 'unrestrict') return;
    if (command === 'connect' || command === 'c') {
      // pg_dump --create, and pg_dumpall in front of databases that have nothing
      if (this.pieces.length === 0) return;
      this.#refuse(
        statement,
        'what follows is about another database',
        'Make a dump of one database with pg_dump --schema-only.',
      );
      return;
    }
    this.#refuse(
      statement,
      command === undefined
        ? `this is not SQL that PostgreSQL 18 reads: ${statement.problem?.message ?? 'syntax error'}`
        : `\\${command} is a command of psql`,
      'Make the dump anew with pg_dump --schema-only, and give it to idempotify unchanged.',
    );
  }

  #set(statement: Statement): void {
    const { node } = statement;
    const value = node.args?.map(constantText).join(',') ?? '';
    if (node.name === 'session_authorization') {
      this.#settings.delete(node.name);
      if (node.kind === 'VAR_SET_VALUE' && value !== '') this.#settings.set(node.name, value);
      return;
    }
    this.#endGrants();
    if (node.name === 'standard_conforming_strings' && value !== 'on' && value !== 'true') {
      this.#refuse(
        statement,
        'the database that was dumped has standard_conforming_strings = off, so a backslash in a literal means something else in this text',
        'Make the dump with PGOPTIONS="-c standard_conforming_strings=on".',
      );
    }
    if (node.name === 'client_encoding' && !/^(?:utf-?8|unicode|sql_ascii)$/i.test(value))
      this.#refuse(statement, `the text is in ${value}, not in UTF-8`, 'Make the dump with --encoding=UTF8.');
    this.#settings.set(node.name, value);
  }

  #select(statement: Statement, node: Node): void {
    const call = node.targetList?.[0]?.ResTarget?.val?.FuncCall;
    const { schema, name } = qualified(strings(call?.funcname));
    if (schema === 'pg_catalog' && node.targetList.length === 1 && !node.fromClause) {
      if (name === 'set_config') return;
      if (name === 'setval') {
        this.#leaveOut('position of the sequence', constantText(call.args?.[0]) ?? '', 'it is data');
        return;
      }
      if (/^lo_/.test(name)) {
        this.#leaveOut('large objects', '', 'they are data');
        return;
      }
    }
    this.#refuse(
      statement,
      'what this query does can not be told from its text',
      'Take it out of the text, and add it in a migration of its own behind the baseline.',
    );
  }

  // --------------------------------------------------------------------------------------------------------------- types

  /** `name type COLLATE x`, as the check prints it. */
  #columnLine(def: Node): ColumnLine {
    const { statement } = this.#source;
    const typed =
      def.typeName === undefined ? '' : this.#source.upTo(statement.offsetOf(def.typeName.location), OF_COLUMN);
    const collation = def.collClause && strings(def.collClause.collname).join('.');
    const name = truncateName(def.colname);
    return { name, text: `${name} ${typed.replaceAll('"', '')}${collation ? ` COLLATE ${collation}` : ''}` };
  }

  /** The value behind `NAME =` in the parentheses of CREATE TYPE, AGGREGATE, OPERATOR. */
  #definition(word: string): string | undefined {
    const { tokens } = this.#source.statement;
    const at = tokens.findIndex(
      (token, index) =>
        this.#source.word(token) === word &&
        this.#text.slice(tokens[index + 1]?.start ?? 0, tokens[index + 1]?.end ?? 0) === '=',
    );
    const next = tokens[at + 2];
    return at < 0 || !next ? undefined : this.#source.upTo(next.start, new Set());
  }

  #domain(node: Node): void {
    const name = qualified(strings(node.domainname));
    const target = type('domain', name);
    const constraints: Node[] = (node.constraints ?? []).map((item: Node) => item.Constraint);
    const base = this.#source.upTo(this.#source.statement.offsetOf(node.typeName.location), OF_COLUMN);
    const notNull = constraints.some(({ contype }) => contype === 'CONSTR_NOTNULL');
    const given = constraints.find(({ contype }) => contype === 'CONSTR_DEFAULT');
    const value = given ? this.#expression(given, 'default') : '';
    this.#create(target, [
      this.#check('type', target, 'd'),
      this.#check('domain', target, `${base.replaceAll('"', '')}|${notNull ? 't' : 'f'}|${skeleton(value)}`),
    ]);
    for (const constraint of constraints) {
      if (constraint.contype !== 'CONSTR_CHECK' || !constraint.conname) continue;
      const own = domainConstraint(name, constraint.conname);
      const text = this.#source.upTo(
        this.#source.next(this.#source.behind(['check'], this.#source.statement.offsetOf(constraint.location)) ?? 0),
        OF_COLUMN,
      );
      this.#add(own, `${own.oid} IS NULL`, {
        title: `domain ${target.name}`,
        sql: [`ALTER DOMAIN ${nameSql(name)} ADD CONSTRAINT ${quoteIdent(constraint.conname)} CHECK ${text}`],
        checks: [this.#check('domain constraint', own, skeleton(`CHECK ${text}`))],
      });
    }
  }

  /** The text of a default or a generation expression. */
  #expression(constraint: Node, word: string): string {
    const start = this.#source.statement.offsetOf(constraint.location);
    const at = this.#source.behind([word], start) ?? start;
    return this.#source.upTo(this.#source.next(at), OF_COLUMN);
  }

  #define(statement: Statement, node: Node): void {
    const name = qualified(strings(node.defnames));
    switch (node.kind) {
      case 'OBJECT_TYPE': {
        const target = type(node.definition ? 'type' : 'shell type', name);
        if (!node.definition) return this.#create(target);
        return this.#add(target, undefinedType(target), {
          creates: true,
          checks: [this.#check('type', target, ['b', 'p'])],
        });
      }
      case 'OBJECT_AGGREGATE': {
        const parameters: Node[] = (node.args?.[0]?.List?.items ?? []).map((item: Node) => item.FunctionParameter);
        const target = routine(name, parameters, 'aggregate');
        const initial = (node.definition ?? []).find((item: Node) => item.DefElem.defname === 'initcond')?.DefElem;
        const value = initial && defElemText(initial);
        return this.#create(target, [
          this.#check(
            'aggregate',
            target,
            [
              bare(this.#definition('sfunc') ?? ''),
              bare(this.#definition('stype') ?? ''),
              ...(value === undefined ? [] : [value]),
            ].join('|'),
          ),
        ]);
      }
      case 'OBJECT_OPERATOR': {
        const argument = (key: string): Node =>
          (node.definition ?? []).find((item: Node) => item.DefElem.defname === key)?.DefElem.arg?.TypeName;
        const target = operator(name, argument('leftarg'), argument('rightarg'));
        const called = this.#definition('function') ?? this.#definition('procedure') ?? '';
        return this.#create(target, [this.#check('operator', target, bare(called))]);
      }
      case 'OBJECT_COLLATION': {
        const target = named(node.kind, name);
        if (!target) return;
        const values = new Map<string, string>(
          (node.definition ?? []).map((item: Node) => [String(item.DefElem.defname), defElemText(item.DefElem) ?? '']),
        );
        const provider = (values.get('provider') ?? 'libc').charAt(0);
        const locale = values.get('locale') ?? values.get('lc_collate');
        const checks =
          locale === undefined
            ? []
            : [
                this.#check(
                  'collation',
                  target,
                  [provider === 'l' ? 'c' : provider, values.get('deterministic') === 'false' ? 'f' : 't', locale].join(
                    '|',
                  ),
                ),
              ];
        return this.#create(target, checks);
      }
      case 'OBJECT_TSDICTIONARY': {
        const target = named(node.kind, name);
        if (!target) return;
        const template = bare(this.#definition('template') ?? '');
        const rest = (node.definition ?? [])
          .filter((item: Node) => item.DefElem.defname !== 'template')
          .map((item: Node) => `${quoteIdent(item.DefElem.defname)} = ${quoteLiteral(defElemText(item.DefElem) ?? '')}`)
          .join(', ');
        return this.#create(target, [this.#check('text search dictionary', target, `${template}|${rest}`)]);
      }
      case 'OBJECT_TSCONFIGURATION': {
        const target = named(node.kind, name);
        const parser = bare(this.#definition('parser') ?? '');
        if (target) this.#create(target, [this.#check('text search configuration', target, parser)]);
        return;
      }
      case 'OBJECT_TSPARSER':
      case 'OBJECT_TSTEMPLATE':
        return this.#createNamed(node.kind, name);
      default:
        this.#refuse(statement, 'this kind of object is not known', 'Take it out of the text.');
    }
  }

  #function(node: Node): void {
    const name = qualified(strings(node.funcname));
    const parameters: Node[] = (node.parameters ?? []).map((item: Node) => item.FunctionParameter);
    const options: Node[] = (node.options ?? []).map((item: Node) => item.DefElem);
    const option = (key: string): Node => options.find(({ defname }) => defname === key);
    const target = routine(name, parameters, node.is_procedure ? 'procedure' : 'function');
    const bodies: string[] = (option('as')?.arg?.List?.items ?? []).map((item: Node) => item.String?.sval ?? '');
    const source = bodies.at(-1) ?? '';
    const flag = (key: string): string => (option(key)?.arg?.Boolean?.boolval ? 't' : 'f');
    const { tokens } = this.#source.statement;
    const open = tokens.findIndex((token) => this.#text.slice(token.start, token.end) === '(');
    const first = tokens[open + 1];
    // all of the parameters, which are divided by commas
    let given = '';
    if (first) {
      let depth = 0;
      let end = first.start;
      for (const token of tokens.slice(open + 1)) {
        const raw = this.#text.slice(token.start, token.end);
        if (raw === ')' && depth === 0) break;
        if (raw === '(') depth++;
        if (raw === ')') depth--;
        end = token.end;
      }
      given = this.#text.slice(first.start, end);
    }
    const returned = this.#source.after(['returns'], new Set(['language', 'transform'])) ?? '';
    const parts = [
      node.is_procedure ? 'p' : option('window') ? 'w' : 'f',
      option('language')?.arg?.String?.sval ?? 'sql',
      (option('volatility')?.arg?.String?.sval ?? 'volatile').charAt(0),
      flag('strict'),
      flag('security'),
      skeleton(node.is_procedure ? '' : returned),
      ...(node.is_procedure ? [] : [skeleton(given)]),
      ...(source === '' ? [] : [md5(source)]),
    ];
    // what a procedure returns is made of its OUT parameters, which versions print in their own ways
    const comparable = !node.is_procedure || !parameters.some(({ mode }) => /OUT/.test(String(mode)));
    this.#create(target, comparable ? [this.#check('function', target, parts.join('|'))] : [], {
      settings: { check_function_bodies: `'off'` },
      // before 14 PL/pgSQL takes the first `;` of BEGIN ATOMIC for the end of the statement
      execute: node.sql_body !== undefined,
    });
  }

  // ----------------------------------------------------------------------------------------------------------- relations

  #table(node: Node, target: Target, kind: string, more: readonly Check[] = []): void {
    const table = target.relation as QualifiedName;
    const { statement } = this.#source;
    const later = this.#of(table);
    const elements: Node[] = node.tableElts ?? [];
    const defs: Node[] = elements.flatMap((item) => (item.ColumnDef ? [item.ColumnDef] : []));
    const constraints: Node[] = elements.flatMap((item) => (item.Constraint ? [item.Constraint] : []));
    const inherits = node.inhRelations !== undefined;
    const typed = node.ofTypename !== undefined;
    const checks: Check[] = [
      this.#check('table', target, `${kind}${String(node.relation.relpersistence ?? 'p')}`),
      ...more,
    ];
    const defaults = new Set<string>();
    const notNull = new Set<string>();
    const healing: { target: Target; sql: string; when: string; check?: Check }[] = [];
    for (const def of defs) {
      const own = column(table, def.colname);
      for (const { Constraint: constraint } of (def.constraints ?? []) as Node[]) {
        if (constraint.contype === 'CONSTR_NOTNULL' || constraint.contype === 'CONSTR_PRIMARY')
          notNull.add(def.colname);
        if (constraint.contype === 'CONSTR_DEFAULT') {
          const text = this.#expression(constraint, 'default');
          defaults.add(def.colname);
          // what it calls can go away and take the default with it
          const heals = /\bnextval"?\(|\w"?\./.test(text.replaceAll(/'(?:[^']|'')*'/g, "''"));
          // PostgreSQL keeps no default that is NULL and nothing else
          const want = /^NULL\b/.test(text) ? [` ${skeleton(text)}`, 'none'] : ` ${skeleton(text)}`;
          checks.push(this.#check(heals ? 'default' : 'inline default', own, want, def.colname));
          if (heals)
            healing.push({
              target: own,
              sql: `ALTER TABLE ONLY ${nameSql(table)} ALTER COLUMN ${quoteIdent(def.colname)} SET DEFAULT ${text}`,
              when: `NOT EXISTS (SELECT FROM pg_catalog.pg_attrdef x WHERE x.adrelid = ${regclass(table)} AND x.adnum = ${attnum(table, def.colname)})`,
            });
        }
        if (constraint.contype === 'CONSTR_GENERATED') {
          const start = this.#source.behind(['as'], statement.offsetOf(constraint.location)) ?? 0;
          const text = this.#source.upTo(this.#source.next(start), OF_COLUMN);
          const stored = this.#source.word(
            statement.tokens.find((token) => token.start >= this.#source.next(start) + text.length),
          );
          defaults.add(def.colname);
          checks.push(
            this.#check('inline default', own, `${stored === 'stored' ? 's' : 'v'} ${skeleton(text)}`, def.colname),
          );
        }
        if (constraint.contype === 'CONSTR_IDENTITY') defaults.add(def.colname);
      }
    }
    for (const constraint of constraints) {
      if (constraint.contype === 'CONSTR_NOTNULL') for (const key of strings(constraint.keys)) notNull.add(key);
      if (!constraint.conname || constraint.contype === 'CONSTR_NOTNULL') continue;
      const own = child('constraint', table, constraint.conname);
      const at = statement.offsetOf(constraint.location);
      // behind CONSTRAINT and the name
      const tokens = statement.tokens.filter((token) => token.start >= at);
      const text = this.#source.upTo(tokens[2]?.start ?? at, new Set());
      const check = this.#check('constraint', own, skeleton(text));
      checks.push(check);
      healing.push({
        target: own,
        sql: `ALTER TABLE ${nameSql(table)} ADD CONSTRAINT ${quoteIdent(constraint.conname)} ${text}`,
        when: `${own.oid} IS NULL`,
      });
    }
    if (!typed) {
      const lines = defs.map((def) => this.#columnLine(def));
      checks.push(this.#check(inherits ? 'local columns' : 'columns', target, columnsText(lines)));
    }
    if (!typed && !inherits) {
      const required = [...notNull].filter((name) => !later.notNull.has(name)).sort(byBytes);
      checks.push(
        this.#check('not null', target, required.length === 0 ? '' : md5(required.join(',')), array(later.notNull)),
        this.#check('no default', target, '', array([...defaults, ...later.defaults])),
      );
    }
    const key = this.#source.after(['partition', 'by'], new Set(['with', 'using', 'tablespace']));
    if (node.partspec && key !== undefined) checks.push(this.#check('partition key', target, skeleton(key)));
    checks.push(this.#others(target));
    const settings = this.#storage(kind === 'r');
    this.#create(target, checks, withSettings(settings));
    for (const { target: own, sql, when } of healing)
      this.#add(own, when, { sql: [sql], title: `${target.kind} ${target.name}` });
  }

  /** Nothing stands on the relation that the dump does not have. */
  #others(target: Target): Check {
    return this.#check('others', target, '', array(this.#of(target.relation as QualifiedName).others));
  }

  #view(node: Node): void {
    const target = relation('view', rangeVar(node.view));
    const text = this.#queryText(node.withCheckOption && node.withCheckOption !== 'NO_CHECK_OPTION' ? ['with'] : []);
    const key = target.name;
    if (!node.replace) {
      const dummy = /^\s*SELECT\s+NULL::/i.test(text) && !/\bFROM\b/i.test(text);
      if (dummy) this.#dummies.set(key, text);
      const want = skeleton(`${text};`, true);
      // the placeholder is there for a moment only; what it becomes stands below
      return this.#create(target, [
        this.#check('relation', target, 'v'),
        this.#others(target),
        ...(dummy ? [] : [this.#check('view', target, want)]),
      ]);
    }
    const dummy = this.#dummies.get(key);
    if (dummy === undefined) return this.#create(target, [this.#check('relation', target, 'v')]);
    const empty = skeleton(`${dummy};`, true);
    this.#add(
      target,
      `${skeletonSql(`pg_catalog.pg_get_viewdef(${target.oid})`, true, true)} = ${quoteLiteral(empty)}`,
      {
        checks: [this.#check('view', target, [skeleton(`${text};`, true), empty])],
      },
    );
  }

  /** The query behind the first AS, up to what ends it. */
  #queryText(ends: readonly string[]): string {
    const start = this.#source.behind(['as']) ?? this.#source.statement.range.start;
    const { tokens } = this.#source.statement;
    let end = this.#source.statement.range.end;
    if (ends.length > 0) {
      let depth = 0;
      for (const token of tokens) {
        if (token.start < start) continue;
        const raw = this.#text.slice(token.start, token.end);
        if (raw === '(') depth++;
        if (raw === ')') depth--;
        // the last WITH outside of parentheses: the first may begin the query
        if (depth === 0 && ends.includes(this.#source.word(token))) end = token.start;
      }
    }
    return this.#text.slice(start, end).trim();
  }

  #materialized(node: Node): void {
    const name = rangeVar(node.into.rel);
    const target = relation('materialized view', name);
    const filled = this.#source.sql.replace(/\s+WITH\s+NO\s+DATA\s*$/i, '');
    const text = this.#queryText(node.into.skipData ? ['with'] : []);
    const settings = this.#storage(true);
    const make = (sql: string): string => `EXECUTE ${quoteLiteral(sql)};`;
    this.#add(target, `${target.oid} IS NULL`, {
      // EXECUTE: PL/pgSQL has a variable called found, which a column may be called as well
      body: `    BEGIN
      ${make(filled)}
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING ${quoteLiteral(`materialized view ${target.name} is empty and has to be refreshed: %`.replaceAll(/%(?!$)/g, '%%'))}, SQLERRM;
      ${make(`${filled} WITH NO DATA`)}
    END;`,
      creates: true,
      checks: [this.#check('relation', target, 'm'), this.#check('view', target, skeleton(`${text};`, true))],
      ...withSettings(settings),
    });
  }

  #constraintText(): string {
    const start = this.#source.behind(['add', 'constraint']) ?? 0;
    const { tokens } = this.#source.statement;
    const at = tokens.findIndex((token) => token.start >= start);
    return this.#text.slice(tokens[at + 1]?.start ?? 0, this.#source.statement.range.end);
  }

  #alterTable(statement: Statement, node: Node): void {
    const table = rangeVar(node.relation);
    const kind =
      {
        OBJECT_INDEX: 'index',
        OBJECT_SEQUENCE: 'sequence',
        OBJECT_VIEW: 'view',
        OBJECT_FOREIGN_TABLE: 'foreign table',
      }[String(node.objtype)] ?? 'table';
    const target = relation(kind, table);
    const commands: Node[] = (node.cmds ?? []).map((item: Node) => item.AlterTableCmd);
    const [command] = commands;
    if (commands.length !== 1 || !command)
      return this.#refuse(
        statement,
        'several changes of a table stand in one statement, which pg_dump does not write',
        'Give idempotify the dump as pg_dump has written it.',
      );
    const row = (expression: string): string =>
      `(SELECT ${expression} FROM pg_catalog.pg_class x WHERE x.oid = ${target.oid})`;
    const cell = (expression: string): string =>
      `(SELECT ${expression} FROM pg_catalog.pg_attribute x WHERE x.attrelid = ${target.oid} AND ${command.num ? `x.attnum = ${command.num}` : `x.attname = ${quoteLiteral(command.name ?? '')}`})`;
    switch (command.subtype) {
      case 'AT_ChangeOwner':
        return this.#owner(target, roleOf(command.newowner));
      case 'AT_ColumnDefault': {
        if (!command.def) break;
        const text = this.#source.after(['set', 'default']) ?? '';
        const own = { ...column(table, command.name), kind: 'default' };
        const row = `SELECT FROM pg_catalog.pg_attrdef x WHERE x.adrelid = ${target.oid} AND x.adnum = ${attnum(table, command.name)}`;
        // an heir begins with the default of its parent
        if (this.#of(table).inherits)
          return this.#add(
            own,
            `NOT EXISTS (${row} AND ${skeletonSql('pg_catalog.pg_get_expr(x.adbin, x.adrelid)', false, true)} = ${quoteLiteral(skeleton(text))})`,
          );
        return this.#add(own, `NOT EXISTS (${row})`, {
          checks: [this.#check('default', own, ` ${skeleton(text)}`, command.name)],
        });
      }
      case 'AT_AddIdentity': {
        const own = { ...column(table, command.name), kind: 'identity column' };
        const options: Node[] = command.def?.Constraint?.options ?? [];
        const name = options.find((item: Node) => item.DefElem.defname === 'sequence_name')?.DefElem;
        const checks = [
          this.#check('identity', own, String(command.def?.Constraint?.generated_when ?? 'd'), command.name),
        ];
        if (name) {
          const sequence = relation('sequence', qualified(strings(name.arg.List.items)));
          checks.push(
            this.#check('sequence', sequence, [...LIMITED].map((limit) => sequenceText(options, limit)).slice(0, 3)),
          );
        }
        return this.#add(own, cell(`x.attidentity = ''`), { checks: checks.slice(0, 1) });
      }
      case 'AT_SetNotNull':
        return this.#add(target, cell('NOT x.attnotnull'));
      case 'AT_SetStatistics':
        return this.#add(target, `${cell('coalesce(x.attstattarget, -1)')} <> ${command.def?.Integer?.ival ?? 0}`);
      case 'AT_SetStorage': {
        const letter = STORAGE[String(command.def?.String?.sval).toLowerCase()];
        if (letter === undefined) break;
        return this.#add(target, `${cell('x.attstorage')} <> '${letter}'`);
      }
      case 'AT_SetCompression': {
        const letter = COMPRESSION[String(command.def?.String?.sval).toLowerCase()];
        if (letter === undefined) break;
        return this.#add(target, `${cell('x.attcompression')} <> '${letter}'`);
      }
      case 'AT_SetOptions':
      case 'AT_AlterColumnGenericOptions': {
        const options = command.subtype === 'AT_SetOptions' ? 'x.attoptions' : 'x.attfdwoptions';
        this.#refuseSecrets(command.def?.List?.items ?? []);
        return this.#add(
          target,
          `NOT ${cell(`coalesce(${options}, '{}') @> ${quoteLiteral(array(optionList(command.def?.List?.items ?? [])))}::pg_catalog.text[]`)}`,
        );
      }
      case 'AT_GenericOptions':
        break;
      case 'AT_ReplicaIdentity': {
        const { identity_type: letter, name } = command.def.ReplicaIdentityStmt;
        return this.#add(
          target,
          letter === 'i'
            ? `NOT (SELECT i.indisreplident FROM pg_catalog.pg_index i WHERE i.indexrelid = ${regclass({ schema: table.schema, name })})`
            : `${row('x.relreplident')} <> ${quoteLiteral(letter)}`,
        );
      }
      case 'AT_ClusterOn':
        return this.#add(
          target,
          `NOT (SELECT i.indisclustered FROM pg_catalog.pg_index i WHERE i.indexrelid = ${regclass({ schema: table.schema, name: command.name })})`,
        );
      case 'AT_EnableRowSecurity':
        return this.#add(target, row('NOT x.relrowsecurity'));
      case 'AT_ForceRowSecurity':
        return this.#add(target, row('NOT x.relforcerowsecurity'));
      case 'AT_SetLogged':
      case 'AT_SetUnLogged':
        return this.#add(target, row(`x.relpersistence <> '${command.subtype === 'AT_SetLogged' ? 'p' : 'u'}'`));
      case 'AT_SetAccessMethod':
        return this.#add(
          target,
          row(
            `x.relam <> (SELECT m.oid FROM pg_catalog.pg_am m WHERE m.amname = ${quoteLiteral(command.name ?? 'heap')})`,
          ),
        );
      case 'AT_AddConstraint': {
        const constraint = command.def.Constraint;
        if (!constraint.conname) break;
        const own = child('constraint', table, constraint.conname);
        const index = constraint.contype === 'CONSTR_PRIMARY' || constraint.contype === 'CONSTR_UNIQUE';
        let text = this.#constraintText();
        // pg_get_constraintdef leaves the storage parameters of these out
        if (index && constraint.options) text = text.replace(/ WITH \([^()]*\)/, '');
        return this.#create(own, [this.#check('constraint', own, skeleton(text))], {
          ...withSettings(this.#storage(false)),
        });
      }
      case 'AT_AttachPartition': {
        const part = rangeVar(command.def.PartitionCmd.name);
        const own: Target = { ...relation(kind === 'index' ? 'attached index' : 'partition', part), relation: part };
        const bound = this.#source.after(['attach', 'partition'], new Set(['for', 'default']));
        const text =
          bound === undefined
            ? ''
            : this.#text
                .slice(this.#text.indexOf(bound, statement.range.start) + bound.length, statement.range.end)
                .trim();
        const missing = `NOT EXISTS (SELECT FROM pg_catalog.pg_inherits x WHERE x.inhrelid = ${regclass(part)} AND x.inhparent = ${target.oid})`;
        if (kind === 'index') return this.#add(own, missing);
        // where the parent is there already, it has the checks that come later in the file
        const body = this.#of(table).checks ? { body: this.#withChecks(part, table) } : {};
        // and indexes, for which ATTACH would make new ones with names of its own: the partition has to have its own first
        const indexed = `EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = ${target.oid})`;
        this.#add(own, `${missing} AND NOT ${indexed}`, {
          ...body,
          checks: [this.#check('bound', own, skeleton(text))],
        });
        this.#add(own, missing, body);
        const late = this.pieces.pop();
        if (late) this.#attachedLate.push(late);
        return;
      }
      case 'AT_AddInherit': {
        const parent = rangeVar(command.def.RangeVar);
        return this.#add(
          target,
          `NOT EXISTS (SELECT FROM pg_catalog.pg_inherits x WHERE x.inhrelid = ${target.oid} AND x.inhparent = ${regclass(parent)})`,
        );
      }
      default: {
        const letter = ENABLED[String(command.subtype)];
        if (letter === undefined || !command.name) break;
        const rule = command.subtype.endsWith('Rule');
        const own = child(rule ? 'rule' : 'trigger', table, command.name);
        return this.#add(
          own,
          `(SELECT x.${rule ? 'ev_' : 'tg'}enabled FROM pg_catalog.${own.catalog} x WHERE x.oid = ${own.oid}) <> '${letter}'`,
        );
      }
    }
    this.#refuse(
      statement,
      'pg_dump writes no such change of a table, and idempotify knows no check that would tell whether it has been done',
      'Take it out of the text, and add it in a migration of its own behind the baseline.',
    );
  }

  /** ATTACH PARTITION, which wants all checks of the parent. */
  #withChecks(part: QualifiedName, parent: QualifiedName): string {
    return `    FOR lacking IN SELECT pg_catalog.format(${quoteLiteral(`ALTER TABLE ${nameSql(part).replaceAll('%', '%%')} ADD CONSTRAINT %I %s`)}, x.conname, pg_catalog.pg_get_constraintdef(x.oid)) FROM pg_catalog.pg_constraint x
        WHERE x.conrelid = ${regclass(parent)} AND x.contype = 'c' AND NOT x.connoinherit AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint y WHERE y.conrelid = ${regclass(part)} AND y.conname = x.conname) LOOP
      EXECUTE lacking;
    END LOOP;
    ${this.#source.sql};`;
  }

  // -------------------------------------------------------------------------------------------------------------- others

  #policy(node: Node): void {
    const target = child('policy', rangeVar(node.table), node.policy_name);
    const roles: (string | undefined)[] = (node.roles ?? []).map((item: Node) => roleOf(item.RoleSpec));
    const names = roles.map((role) => role ?? '').sort(byBytes);
    const using = this.#source.after(['using'], new Set(['with'])) ?? '';
    const withCheck = this.#source.after(['with', 'check']) ?? '';
    for (const role of roles) if (role !== undefined) this.roles.add(role);
    // without one of its roles it can not be made, and to leave it out could open the table
    this.#add(target, `${target.oid} IS NULL`, {
      checks: [
        this.#check(
          'policy',
          target,
          [
            POLICY[node.cmd_name ?? 'all'] ?? '*',
            /\bAS RESTRICTIVE\b/.test(this.#source.sql.split(/ (?:USING|WITH CHECK) /)[0] ?? '') ? 'f' : 't',
            names.join(','),
          ].join('|'),
        ),
        this.#check('policy conditions', target, `${skeleton(using, true)}|${skeleton(withCheck, true)}`),
      ],
    });
  }

  #familyMembers(node: Node): void {
    const target = operatorClass('operator family', qualified(strings(node.opfamilyname)), node.amname);
    const items: Node[] = (node.items ?? []).map((item: Node) => item.CreateOpClassItem);
    const conditions = items.map((item) => {
      const { objargs } = item.name;
      const types: Node[] = (item.class_args ?? objargs ?? []).map((argument: Node) => argument.TypeName);
      const [left, right] = types;
      const catalog = item.itemtype === 1 ? ['pg_amop', 'amop', 'amopstrategy'] : ['pg_amproc', 'amproc', 'amprocnum'];
      const [table, prefix, number] = catalog as [string, string, string];
      return `NOT EXISTS (SELECT FROM pg_catalog.${table} x WHERE x.${prefix}family = ${target.oid} AND x.${prefix}lefttype = ${typeRef(left)} AND x.${prefix}righttype = ${typeRef(right ?? left)} AND x.${number} = ${item.number})`;
    });
    this.#add(target, conditions.join('\n    OR '));
  }

  #server(node: Node): void {
    const target = named('OBJECT_FOREIGN_SERVER', qualified([node.servername]));
    if (!target) return;
    const options: Node[] = node.options ?? [];
    if (this.#hides(options)) {
      this.#leaveOut('foreign server', target.name, 'its options hold a password');
      return;
    }
    this.#create(target, [
      this.#check(
        'server',
        target,
        [node.fdwname, node.servertype ?? '', node.version ?? '', optionList(options).join(',')].join('|'),
      ),
    ]);
  }

  #userMapping(node: Node): void {
    const role = roleOf(node.user);
    const options: Node[] = node.options ?? [];
    const name = `for ${role === undefined ? 'PUBLIC' : quoteIdent(role)} on server ${quoteIdent(node.servername)}`;
    if (this.#hides(options)) {
      this.#leaveOut(
        'user mapping',
        name,
        'its options hold a password: give secrets to your databases in another way',
      );
      return;
    }
    if (role !== undefined) this.roles.add(role);
    const target: Target = { kind: 'user mapping', name, schema: undefined, catalog: 'pg_user_mapping', oid: 'NULL' };
    this.#add(
      target,
      [
        `NOT EXISTS (SELECT FROM pg_catalog.pg_user_mappings x WHERE x.srvname = ${quoteLiteral(node.servername)} AND x.umuser = ${role === undefined ? '0' : `(SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ${quoteLiteral(role)})`})`,
        ...rolesExist([role]),
      ].join(' AND '),
    );
  }

  #publication(node: Node): void {
    const target = named('OBJECT_PUBLICATION', qualified([node.pubname]));
    if (!target) return;
    const publish = (node.options ?? []).find((item: Node) => item.DefElem.defname === 'publish')?.DefElem;
    const operations = publish ? (defElemText(publish) ?? '') : 'insert, update, delete, truncate';
    const does = (word: string): string => (operations.split(/\s*,\s*/).includes(word) ? 't' : 'f');
    this.#create(target, [
      this.#check(
        'publication',
        target,
        [node.for_all_tables ? 't' : 'f', does('insert'), does('update'), does('delete'), does('truncate')].join('|'),
      ),
    ]);
  }

  #publicationMember(node: Node): void {
    const target = named('OBJECT_PUBLICATION', qualified([node.pubname]));
    if (!target) return;
    for (const { PublicationObjSpec: member } of node.pubobjects ?? []) {
      if (member.pubobjtype === 'PUBLICATIONOBJ_TABLE') {
        const table = rangeVar(member.pubtable.relation);
        this.#add(
          { ...target, relation: table },
          `NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel x WHERE x.prpubid = ${target.oid} AND x.prrelid = ${regclass(table)})`,
        );
      } else
        this.#add(
          { ...target, schema: member.name },
          `NOT EXISTS (SELECT FROM pg_catalog.pg_publication_namespace x WHERE x.pnpubid = ${target.oid} AND x.pnnspid = ${regnamespace(member.name)})`,
        );
    }
  }

  #owner(target: Target, role: string | undefined): void {
    if (this.#options.owners === false || role === undefined || target.owner === undefined) return;
    // it belongs to whoever runs the server
    if (target.kind === 'schema' && target.schema === 'public') return;
    this.roles.add(role);
    this.#add(
      target,
      `EXISTS (SELECT FROM pg_catalog.${target.catalog} x, pg_catalog.pg_roles r WHERE x.oid = ${target.oid} AND r.rolname = ${quoteLiteral(role)} AND x.${target.owner} <> r.oid AND pg_catalog.pg_has_role(r.oid, 'MEMBER'))`,
    );
  }

  #comment(node: Node): void {
    if (this.#options.comments === false) return;
    const target = addressed(node.objtype, node.object);
    if (!target) {
      if (node.objtype !== 'OBJECT_SUBSCRIPTION')
        this.#leaveOut(
          'comment',
          String(node.objtype).replace('OBJECT_', '').toLowerCase(),
          'it stands on something that is no part of a schema',
        );
      return;
    }
    const text = node.comment;
    if (text === undefined) return;
    const there =
      target.column === undefined
        ? `pg_catalog.obj_description(${target.oid}, ${quoteLiteral(target.catalog)})`
        : `pg_catalog.col_description(${target.oid}, ${target.column})`;
    const differs = `${there} IS DISTINCT FROM ${quoteLiteral(text)}`;
    // a hosting provider owns the extensions, and what it made
    const mayNot =
      target.kind === 'extension'
        ? ` AND EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE x.oid = ${target.oid} AND pg_catalog.pg_has_role(x.extowner, 'USAGE'))`
        : '';
    this.#add(target, differs + mayNot);
  }

  // -------------------------------------------------------------------------------------------------------------- grants

  #grant(statement: Statement, node: Node): void {
    if (this.#options.grants === false) return;
    const objects: Node[] = node.objects ?? [];
    const [object] = objects;
    const target =
      node.targtype === 'ACL_TARGET_OBJECT' && objects.length === 1 ? addressed(node.objtype, object) : undefined;
    if (!target) {
      this.#endGrants();
      this.#leaveOut(
        'grants',
        String(node.objtype).replace('OBJECT_', '').toLowerCase(),
        'they are on something that is no part of a schema',
      );
      return;
    }
    this.#toUnit(statement, `${target.kind} ${target.name}`, () => grantsOn(target), node);
  }

  #defaultPrivileges(statement: Statement, node: Node): void {
    if (this.#options.grants === false) return;
    const list = (key: string): Node[] =>
      (node.options ?? []).find((item: Node) => item.DefElem.defname === key)?.DefElem.arg.List.items ?? [];
    const role = roleOf(list('roles')[0]?.RoleSpec);
    const schema: string | undefined = list('schemas')[0]?.String?.sval;
    if (role === undefined) {
      this.#refuse(
        statement,
        'these default privileges are those of whoever runs the file',
        'Make the dump with pg_dump, which writes FOR ROLE.',
      );
      return;
    }
    this.roles.add(role);
    this.#toUnit(
      statement,
      `default ${role} ${schema ?? ''} ${String(node.action.objtype)}`,
      () => defaultGrants(role, schema, node.action.objtype),
      node.action,
    );
  }

  #toUnit(statement: Statement, key: string, unit: () => GrantUnit | undefined, node: Node): void {
    if (this.#grants?.key !== key) {
      this.#endGrants();
      const made = unit();
      if (!made) {
        this.#refuse(statement, 'privileges on this kind of object are not known', 'Take it out of the text.');
        return;
      }
      this.#grants = { unit: made, key, statement };
    }
    const as = this.#settings.get('session_authorization');
    for (const { RoleSpec: spec } of node.grantees ?? []) {
      const role = roleOf(spec);
      if (role !== undefined) this.roles.add(role);
    }
    if (as !== undefined) this.roles.add(as);
    this.#grants.unit.add(node, this.#source.sql, as);
  }

  #endGrants(): void {
    if (!this.#grants) return;
    const { unit, statement } = this.#grants;
    this.#grants = undefined;
    const source = this.#source;
    this.#source = new Source(this.#text, statement);
    const defaults = unit.target.kind === 'default privileges';
    this.#add(unit.target, unit.missing, {
      body: unit.body,
      title: defaults ? `default privileges ${unit.target.name}` : `grants on ${unit.target.kind} ${unit.target.name}`,
      ...(unit.acts ? { settings: { role: 'acting' } } : {}),
    });
    this.#source = source;
  }
}

interface Later {
  readonly defaults: Set<string>;
  readonly notNull: Set<string>;
  /** Constraints, triggers, policies and rules, behind the first letter of their kind. */
  readonly others: Set<string>;
  /** ALTER TABLE … ADD CONSTRAINT … CHECK */
  checks?: boolean;
  /** CREATE TABLE … INHERITS */
  inherits?: boolean;
}

const LIMITED = ['bigint', 'integer', 'smallint'] as const;

const withSettings = (
  settings: Readonly<Record<string, string>> | undefined,
): { settings?: Readonly<Record<string, string>> } => (settings ? { settings } : {});

const INDEXED = new Set(['CONSTR_PRIMARY', 'CONSTR_UNIQUE', 'CONSTR_EXCLUSION']);

const makesIndex = ({ tag, node }: Statement): boolean =>
  tag === 'IndexStmt' ||
  (tag === 'AlterTableStmt' && INDEXED.has(String(node.cmds?.[0]?.AlterTableCmd?.def?.Constraint?.contype)));

/** A type that is not there, or only as a shell. */
const undefinedType = (target: Target): string =>
  `NOT EXISTS (SELECT FROM pg_catalog.pg_type x WHERE x.oid = ${target.oid} AND x.typisdefined)`;

interface ColumnLine {
  readonly name: string;
  readonly text: string;
}

/** Sorted as PostgreSQL sorts names under the collation "C". */
const columnsText = (lines: readonly ColumnLine[]): string =>
  lines.length === 0
    ? ''
    : md5(
        [...lines]
          .sort((a, b) => byBytes(a.name, b.name))
          .map(({ text }) => text)
          .join(','),
      );

/** What pg_sequence holds. @param fallback the type when none is given */
function sequenceText(options: readonly Node[], fallback: string): string {
  const value = (key: string): Node => options.find((item) => item.DefElem.defname === key)?.DefElem;
  const number = (key: string): bigint | undefined => {
    const def = value(key);
    return def?.arg ? BigInt(defElemText(def) ?? 0) : undefined;
  };
  const given = strings(value('as')?.arg?.TypeName?.names).at(-1);
  const kind = given === undefined ? fallback : (INTEGERS[given] ?? given);
  const limit = LIMITS[kind] ?? 63n;
  const increment = number('increment') ?? 1n;
  const up = increment > 0n;
  const least = number('minvalue') ?? (up ? 1n : -(2n ** limit));
  const most = number('maxvalue') ?? (up ? 2n ** limit - 1n : -1n);
  const cycle = value('cycle')?.arg?.Boolean?.boolval ? 't' : 'f';
  return [kind, number('start') ?? (up ? least : most), increment, least, most, number('cache') ?? 1n, cycle].join('|');
}
