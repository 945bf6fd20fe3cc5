export { describeDifference, diffSnapshots, type Difference, type DiffOptions, type Json } from './catalog/diff.ts';
export {
  diffRows,
  readRows,
  readSequences,
  type RowDifference,
  type Rows,
  type SequenceDifference,
  type SequencePosition,
} from './catalog/rows.ts';
export { snapshot, snapshotKinds, type Snapshot } from './catalog/snapshot.ts';
export { watchCatalogs, type CatalogWatch, type Watched } from './catalog/watch.ts';
export { ConnectionError, SqlError, type SqlErrorFields } from './runners/errors.ts';
export { pgliteExtensions, pgliteVersion, startPGlite, type PGliteOptions } from './runners/pglite.ts';
export { connectServer, scratchPrefix, type ConnectOptions, type PostgresServer } from './runners/server.ts';
export type { QueryResult, Server, Session } from './runners/types.ts';
export { checkNames } from './verify/types.ts';
export type {
  CheckName,
  CheckResult,
  DifferenceReport,
  ErrorReport,
  Failure,
  Mode,
  Place,
  Proof,
  RowReport,
  Run,
  RunKind,
  Script,
  SequenceReport,
  Verdict,
} from './verify/types.ts';
export { openHistory, PreludeError } from './verify/history.ts';
export type { History, HistoryFile, HistoryOptions, MigrationProof, Unproven } from './verify/history.ts';
export type { WholeHistory } from './verify/whole.ts';
export { watchedServer, type QueryWatch } from './runners/watched.ts';
export {
  Clock,
  databaseLab,
  dropRoles,
  fitsSavepoints,
  perform,
  savepointLab,
  walkAnew,
  within,
  type Lab,
  type Outcome,
  type RunSteps,
  type Step,
  type Watch,
} from './verify/lab.ts';
export { BadOriginal, proveMigration, type ProofInput } from './verify/prove.ts';
export { concurrentBuilds, modeOf, reachesBeyond, scriptOf, sentAs, type ScriptFile } from './verify/script.ts';
export { compare, look, masked, unstableColumns, type State } from './verify/state.ts';
export * from './baseline/index.ts';
export { connectLive, type LiveConnection } from './live/connect.ts';
export { askServer, type ServerFacts } from './live/server.ts';
export { openLive, type LiveSession } from './live/session.ts';
export { connectionSettings, namesDatabase, type ConnectionSettings } from './live/settings.ts';
