/** Which guard reads which statement. A new object family adds its file and its line here. */
import { StepError } from '../model/catalog.ts';
import type { Effect, Reader } from '../model/effect.ts';
import type { Statement } from '../parse/index.ts';
import { readAlterTable } from './alter-table.ts';
import { readDelete, readInsert, readMerge, readUpdate } from './data.ts';
import { readDo } from './do-block.ts';
import { readDrop, readDropRole } from './drop.ts';
import { readAlterEnum, readCreateEnum } from './enum.ts';
import { readCreateFunction } from './function.ts';
import { readCluster as readClusterTable, readCreateIndex, readReindex } from './index-guard.ts';
import * as misc from './misc.ts';
import { readRename, readSetSchema } from './rename.ts';
import { readAlterSequence, readCreateSequence } from './sequence.ts';
import * as session from './session.ts';
import { readCreateTable, readCreateTableAs, readSelectInto } from './table.ts';
import { readAlterPolicy, readCreatePolicy, readCreateTrigger, readEventTrigger, readRule } from './trigger.ts';
import { readAlterDomain, readCompositeType, readDefine, readDomain, readRangeType } from './type.ts';
import { readCreateView, readRefresh } from './view.ts';

const READERS: Record<string, Reader> = {
  CreateStmt: readCreateTable,
  CreateForeignTableStmt: readCreateTable,
  CreateTableAsStmt: readCreateTableAs,
  AlterTableStmt: readAlterTable,
  IndexStmt: readCreateIndex,
  ReindexStmt: readReindex,
  ClusterStmt: readClusterTable,
  CreateEnumStmt: readCreateEnum,
  AlterEnumStmt: readAlterEnum,
  CompositeTypeStmt: readCompositeType,
  CreateRangeStmt: readRangeType,
  CreateDomainStmt: readDomain,
  AlterDomainStmt: readAlterDomain,
  DefineStmt: readDefine,
  CreateFunctionStmt: readCreateFunction,
  CreateSeqStmt: readCreateSequence,
  AlterSeqStmt: readAlterSequence,
  ViewStmt: readCreateView,
  RefreshMatViewStmt: readRefresh,
  CreateTrigStmt: readCreateTrigger,
  CreateEventTrigStmt: readEventTrigger,
  CreatePolicyStmt: readCreatePolicy,
  AlterPolicyStmt: readAlterPolicy,
  RuleStmt: readRule,
  DropStmt: readDrop,
  DropRoleStmt: readDropRole,
  RenameStmt: readRename,
  AlterObjectSchemaStmt: readSetSchema,
  CreateSchemaStmt: misc.readCreateSchema,
  CreateExtensionStmt: misc.readCreateExtension,
  CreateRoleStmt: misc.readCreateRole,
  CreatePublicationStmt: misc.readCreatePublication,
  AlterPublicationStmt: misc.readAlterPublication,
  CreateFdwStmt: misc.readCreateFdw,
  CreateForeignServerStmt: misc.readCreateServer,
  AlterForeignServerStmt: misc.readAlterServer,
  AlterFdwStmt: misc.readAlterServer,
  CreateUserMappingStmt: misc.readUserMapping,
  AlterUserMappingStmt: misc.readAlterUserMapping,
  DropUserMappingStmt: misc.readDropUserMapping,
  CreateCastStmt: misc.readCreateCast,
  CreateTransformStmt: misc.readCreateTransform,
  CreateOpClassStmt: misc.readCreateOpClass,
  CreateOpFamilyStmt: misc.readCreateOpClass,
  CreateConversionStmt: misc.readCreateConversion,
  CreateAmStmt: misc.readCreateAccessMethod,
  CreatePLangStmt: misc.readCreateLanguage,
  CreateStatsStmt: misc.readCreateStatistics,
  AlterTSConfigurationStmt: misc.readAlterTsConfig,
  CommentStmt: misc.readComment,
  SecLabelStmt: misc.readComment,
  GrantStmt: misc.readGrant,
  AlterOwnerStmt: misc.readSetting,
  AlterFunctionStmt: misc.readSetting,
  AlterStatsStmt: misc.readSetting,
  AlterObjectDependsStmt: misc.readSetting,
  AlterTypeStmt: misc.readSetting,
  AlterOperatorStmt: misc.readSetting,
  AlterCollationStmt: misc.readSetting,
  AlterEventTrigStmt: misc.readSetting,
  AlterTSDictionaryStmt: misc.readSetting,
  AlterExtensionContentsStmt: misc.readMembership,
  AlterOpFamilyStmt: misc.readMembership,
  CreatedbStmt: misc.readCluster,
  DropdbStmt: misc.readCluster,
  CreateTableSpaceStmt: misc.readCluster,
  DropTableSpaceStmt: misc.readCluster,
  CreateSubscriptionStmt: misc.readCluster,
  DropSubscriptionStmt: misc.readCluster,
  AlterSubscriptionStmt: misc.readCluster,
  InsertStmt: readInsert,
  UpdateStmt: readUpdate,
  DeleteStmt: readDelete,
  TruncateStmt: readDelete,
  MergeStmt: readMerge,
  CopyStmt: session.readCopy,
  ExecuteStmt: session.readExecute,
  TransactionStmt: session.readTransaction,
  VariableSetStmt: session.readSet,
  LockStmt: session.readLock,
  ConstraintsSetStmt: session.readSetConstraints,
  DropOwnedStmt: session.readDropOwned,
  VacuumStmt: session.readVacuum,
};

/** Statements that set or show something, which a second run does again without harm. */
for (const tag of [
  'VariableShowStmt',
  'ExplainStmt',
  'CheckPointStmt',
  'ListenStmt',
  'UnlistenStmt',
  'NotifyStmt',
  'DiscardStmt',
  'LoadStmt',
  'PrepareStmt',
  'DeallocateStmt',
  'GrantRoleStmt',
  'AlterDefaultPrivilegesStmt',
  'AlterRoleStmt',
  'AlterRoleSetStmt',
  'AlterDatabaseStmt',
  'AlterDatabaseSetStmt',
  'AlterExtensionStmt',
  'AlterSystemStmt',
  'AlterTableMoveAllStmt',
  'ReassignOwnedStmt',
])
  READERS[tag] = session.readQuiet;

/** A statement inside of PL/pgSQL: what can't be read is simply not known. */
function readNested(statement: Statement, text: string, pgVersion: number): Effect | undefined {
  try {
    return statement.tag === '' ? undefined : readEffect(statement, text, pgVersion);
  } catch (error) {
    if (error instanceof StepError) return undefined;
    throw error;
  }
}

READERS['DoStmt'] = readDo(readNested);
READERS['CallStmt'] = (input) => session.readCall((nested, text) => readNested(nested, text, input.pgVersion))(input);

/** The effect of one parsed statement. `text` is the text that the statement's ranges refer to. */
export function readEffect(statement: Statement, text: string, pgVersion: number): Effect {
  const input = { statement, node: statement.node, text, pgVersion };
  if (statement.tag === 'SelectStmt')
    return statement.node.intoClause
      ? readSelectInto(input)
      : session.readSelect((nested, nestedText) => readNested(nested, nestedText, pgVersion))(input);
  const reader = READERS[statement.tag];
  if (reader) {
    try {
      return reader(input);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
    }
  }
  const kind = statement.tag
    .replace(/Stmt$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
  const why = 'no rerunnable form of this kind of statement is known to idempotify';
  return {
    kind,
    subject: '',
    run: (catalog, run) => {
      if (run.rerun && !catalog.world) throw new StepError(why);
    },
    opaque: {
      why,
      advice: 'Put it into a DO block with a check of your own, or disable the check for this statement with a reason.',
      silent: true,
    },
  };
}
