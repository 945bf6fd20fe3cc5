/** All rules, by name. Written by `npm run rules`. */
import type { Rule } from '@idempotify/core';
import { rule as addingExclusionConstraint } from './adding-exclusion-constraint.ts';
import { rule as addingFieldWithDefault } from './adding-field-with-default.ts';
import { rule as addingForeignKeyConstraint } from './adding-foreign-key-constraint.ts';
import { rule as addingNotNullableField } from './adding-not-nullable-field.ts';
import { rule as addingRequiredField } from './adding-required-field.ts';
import { rule as addingSerialPrimaryKeyField } from './adding-serial-primary-key-field.ts';
import { rule as addingStoredGeneratedColumn } from './adding-stored-generated-column.ts';
import { rule as attachingPartition } from './attaching-partition.ts';
import { rule as avoidCreateTrigger } from './avoid-create-trigger.ts';
import { rule as avoidEnableDisableTrigger } from './avoid-enable-disable-trigger.ts';
import { rule as avoidSetLogged } from './avoid-set-logged.ts';
import { rule as avoidSetTablespace } from './avoid-set-tablespace.ts';
import { rule as backfillInMigration } from './backfill-in-migration.ts';
import { rule as banAlterDomainWithAddConstraint } from './ban-alter-domain-with-add-constraint.ts';
import { rule as banCharField } from './ban-char-field.ts';
import { rule as banConcurrentIndexCreationInTransaction } from './ban-concurrent-index-creation-in-transaction.ts';
import { rule as banCreateDomainWithConstraint } from './ban-create-domain-with-constraint.ts';
import { rule as banDeleteWithoutWhere } from './ban-delete-without-where.ts';
import { rule as banDropCascade } from './ban-drop-cascade.ts';
import { rule as banDropColumn } from './ban-drop-column.ts';
import { rule as banDropDatabase } from './ban-drop-database.ts';
import { rule as banDropNotNull } from './ban-drop-not-null.ts';
import { rule as banDropSchema } from './ban-drop-schema.ts';
import { rule as banDropTable } from './ban-drop-table.ts';
import { rule as banDropTrigger } from './ban-drop-trigger.ts';
import { rule as banDuplicateColumnAssignments } from './ban-duplicate-column-assignments.ts';
import { rule as banLockTable } from './ban-lock-table.ts';
import { rule as banTruncate } from './ban-truncate.ts';
import { rule as banTruncateCascade } from './ban-truncate-cascade.ts';
import { rule as banUncommittedTransaction } from './ban-uncommitted-transaction.ts';
import { rule as banUpdateWithoutWhere } from './ban-update-without-where.ts';
import { rule as banVacuumFull } from './ban-vacuum-full.ts';
import { rule as changingColumnType } from './changing-column-type.ts';
import { rule as constraintMissingNotValid } from './constraint-missing-not-valid.ts';
import { rule as contradictingAddDrop } from './contradicting-add-drop.ts';
import { rule as createdTwice } from './created-twice.ts';
import { rule as creatingPartition } from './creating-partition.ts';
import { rule as deployAcceptDataLoss } from './deploy-accept-data-loss.ts';
import { rule as deployDbPush } from './deploy-db-push.ts';
import { rule as deployDevCommand } from './deploy-dev-command.ts';
import { rule as deployFailedMigrationLoop } from './deploy-failed-migration-loop.ts';
import { rule as deployIgnoresFailure } from './deploy-ignores-failure.ts';
import { rule as deployMigrateInBuild } from './deploy-migrate-in-build.ts';
import { rule as deployParallelMigrations } from './deploy-parallel-migrations.ts';
import { rule as deployPsqlContinues } from './deploy-psql-continues.ts';
import { rule as deployResolveApplied } from './deploy-resolve-applied.ts';
import { rule as disallowedUniqueConstraint } from './disallowed-unique-constraint.ts';
import { rule as drizzleJournalFiles } from './drizzle-journal-files.ts';
import { rule as drizzleJournalOrder } from './drizzle-journal-order.ts';
import { rule as dropAndRecreateColumn } from './drop-and-recreate-column.ts';
import { rule as dropAndRecreateTable } from './drop-and-recreate-table.ts';
import { rule as droppedInsteadOfRenamed } from './dropped-instead-of-renamed.ts';
import { rule as duplicateTimestamp } from './duplicate-timestamp.ts';
import { rule as editedMigration } from './edited-migration.ts';
import { rule as emptyMigration } from './empty-migration.ts';
import { rule as enumValueRemoval } from './enum-value-removal.ts';
import { rule as enumValueUsedAcrossFiles } from './enum-value-used-across-files.ts';
import { rule as enumValueUsedBeforeCommit } from './enum-value-used-before-commit.ts';
import { rule as explicitTransaction } from './explicit-transaction.ts';
import { rule as fixBehindFailedMigration } from './fix-behind-failed-migration.ts';
import { rule as fkMissingIndex } from './fk-missing-index.ts';
import { rule as futureTimestamp } from './future-timestamp.ts';
import { rule as guardFoldedCase } from './guard-folded-case.ts';
import { rule as guardHandlerMissesError } from './guard-handler-misses-error.ts';
import { rule as guardIgnoresSchema } from './guard-ignores-schema.ts';
import { rule as guardIgnoresTable } from './guard-ignores-table.ts';
import { rule as guardInvalidIndex } from './guard-invalid-index.ts';
import { rule as guardSkipsTheRest } from './guard-skips-the-rest.ts';
import { rule as guardSwallowsEverything } from './guard-swallows-everything.ts';
import { rule as guardUnsupportedIfNotExists } from './guard-unsupported-if-not-exists.ts';
import { rule as guardWithoutEffect } from './guard-without-effect.ts';
import { rule as handMadeIndexDropped } from './hand-made-index-dropped.ts';
import { rule as identifierTooLong } from './identifier-too-long.ts';
import { rule as ignoredGuard } from './ignored-guard.ts';
import { rule as inconsistentNaming } from './inconsistent-naming.ts';
import { rule as indexTooManyColumns } from './index-too-many-columns.ts';
import { rule as insertWithoutColumns } from './insert-without-columns.ts';
import { rule as leftoverCopy } from './leftover-copy.ts';
import { rule as lockFileMissing } from './lock-file-missing.ts';
import { rule as lockFileProvider } from './lock-file-provider.ts';
import { rule as lockTimeoutAfterDangerousStatement } from './lock-timeout-after-dangerous-statement.ts';
import { rule as lockTimeoutTooLong } from './lock-timeout-too-long.ts';
import { rule as lockTimeoutZero } from './lock-timeout-zero.ts';
import { rule as missingMigrationSql } from './missing-migration-sql.ts';
import { rule as mixedWidthTimestamps } from './mixed-width-timestamps.ts';
import { rule as multipleAlterTable } from './multiple-alter-table.ts';
import { rule as narrowingTypeChange } from './narrowing-type-change.ts';
import { rule as notInTransaction } from './not-in-transaction.ts';
import { rule as notNullWithoutBackfill } from './not-null-without-backfill.ts';
import { rule as notValidValidateInOneTransaction } from './not-valid-validate-in-one-transaction.ts';
import { rule as partialGuard } from './partial-guard.ts';
import { rule as partialState } from './partial-state.ts';
import { rule as preferBigintOverInt } from './prefer-bigint-over-int.ts';
import { rule as preferBigintOverSmallint } from './prefer-bigint-over-smallint.ts';
import { rule as preferIdentity } from './prefer-identity.ts';
import { rule as preferJsonb } from './prefer-jsonb.ts';
import { rule as preferRepack } from './prefer-repack.ts';
import { rule as preferTextField } from './prefer-text-field.ts';
import { rule as preferTimestampTz } from './prefer-timestamp-tz.ts';
import { rule as renamingColumn } from './renaming-column.ts';
import { rule as renamingEnumValue } from './renaming-enum-value.ts';
import { rule as renamingSchema } from './renaming-schema.ts';
import { rule as renamingTable } from './renaming-table.ts';
import { rule as requireConcurrentIndexCreation } from './require-concurrent-index-creation.ts';
import { rule as requireConcurrentIndexDeletion } from './require-concurrent-index-deletion.ts';
import { rule as requireConcurrentMatviewRefresh } from './require-concurrent-matview-refresh.ts';
import { rule as requireConcurrentPartitionDetach } from './require-concurrent-partition-detach.ts';
import { rule as requireConcurrentReindex } from './require-concurrent-reindex.ts';
import { rule as requireEnumValueOrdering } from './require-enum-value-ordering.ts';
import { rule as requireIdleInTransactionTimeout } from './require-idle-in-transaction-timeout.ts';
import { rule as requireLockTimeout } from './require-lock-timeout.ts';
import { rule as requireStatementTimeout } from './require-statement-timeout.ts';
import { rule as requireTableSchema } from './require-table-schema.ts';
import { rule as rerunColumn } from './rerun-column.ts';
import { rule as rerunConstraint } from './rerun-constraint.ts';
import { rule as rerunDelete } from './rerun-delete.ts';
import { rule as rerunDoBlock } from './rerun-do-block.ts';
import { rule as rerunDrop } from './rerun-drop.ts';
import { rule as rerunEnumValue } from './rerun-enum-value.ts';
import { rule as rerunExtension } from './rerun-extension.ts';
import { rule as rerunFunction } from './rerun-function.ts';
import { rule as rerunIndex } from './rerun-index.ts';
import { rule as rerunInsert } from './rerun-insert.ts';
import { rule as rerunOther } from './rerun-other.ts';
import { rule as rerunPolicy } from './rerun-policy.ts';
import { rule as rerunPublication } from './rerun-publication.ts';
import { rule as rerunRename } from './rerun-rename.ts';
import { rule as rerunRole } from './rerun-role.ts';
import { rule as rerunSchema } from './rerun-schema.ts';
import { rule as rerunSequence } from './rerun-sequence.ts';
import { rule as rerunTable } from './rerun-table.ts';
import { rule as rerunTrigger } from './rerun-trigger.ts';
import { rule as rerunType } from './rerun-type.ts';
import { rule as rerunUpdate } from './rerun-update.ts';
import { rule as rerunView } from './rerun-view.ts';
import { rule as rewritingTable } from './rewriting-table.ts';
import { rule as sequenceGap } from './sequence-gap.ts';
import { rule as setLocalOutsideTransaction } from './set-local-outside-transaction.ts';
import { rule as silentChange } from './silent-change.ts';
import { rule as statementAfterAccessExclusive } from './statement-after-access-exclusive.ts';
import { rule as statementTimeoutTooLong } from './statement-timeout-too-long.ts';
import { rule as transactionNesting } from './transaction-nesting.ts';
import { rule as uniqueOnOldRows } from './unique-on-old-rows.ts';
import { rule as usedAfterDropped } from './used-after-dropped.ts';
import { rule as usedBeforeCreated } from './used-before-created.ts';
import { rule as wideLockWindow } from './wide-lock-window.ts';
import { rule as wrongBinding } from './wrong-binding.ts';

export const rules: readonly Rule[] = [
  addingExclusionConstraint,
  addingFieldWithDefault,
  addingForeignKeyConstraint,
  addingNotNullableField,
  addingRequiredField,
  addingSerialPrimaryKeyField,
  addingStoredGeneratedColumn,
  attachingPartition,
  avoidCreateTrigger,
  avoidEnableDisableTrigger,
  avoidSetLogged,
  avoidSetTablespace,
  backfillInMigration,
  banAlterDomainWithAddConstraint,
  banCharField,
  banConcurrentIndexCreationInTransaction,
  banCreateDomainWithConstraint,
  banDeleteWithoutWhere,
  banDropCascade,
  banDropColumn,
  banDropDatabase,
  banDropNotNull,
  banDropSchema,
  banDropTable,
  banDropTrigger,
  banDuplicateColumnAssignments,
  banLockTable,
  banTruncate,
  banTruncateCascade,
  banUncommittedTransaction,
  banUpdateWithoutWhere,
  banVacuumFull,
  changingColumnType,
  constraintMissingNotValid,
  contradictingAddDrop,
  createdTwice,
  creatingPartition,
  deployAcceptDataLoss,
  deployDbPush,
  deployDevCommand,
  deployFailedMigrationLoop,
  deployIgnoresFailure,
  deployMigrateInBuild,
  deployParallelMigrations,
  deployPsqlContinues,
  deployResolveApplied,
  disallowedUniqueConstraint,
  drizzleJournalFiles,
  drizzleJournalOrder,
  dropAndRecreateColumn,
  dropAndRecreateTable,
  droppedInsteadOfRenamed,
  duplicateTimestamp,
  editedMigration,
  emptyMigration,
  enumValueRemoval,
  enumValueUsedAcrossFiles,
  enumValueUsedBeforeCommit,
  explicitTransaction,
  fixBehindFailedMigration,
  fkMissingIndex,
  futureTimestamp,
  guardFoldedCase,
  guardHandlerMissesError,
  guardIgnoresSchema,
  guardIgnoresTable,
  guardInvalidIndex,
  guardSkipsTheRest,
  guardSwallowsEverything,
  guardUnsupportedIfNotExists,
  guardWithoutEffect,
  handMadeIndexDropped,
  identifierTooLong,
  ignoredGuard,
  inconsistentNaming,
  indexTooManyColumns,
  insertWithoutColumns,
  leftoverCopy,
  lockFileMissing,
  lockFileProvider,
  lockTimeoutAfterDangerousStatement,
  lockTimeoutTooLong,
  lockTimeoutZero,
  missingMigrationSql,
  mixedWidthTimestamps,
  multipleAlterTable,
  narrowingTypeChange,
  notInTransaction,
  notNullWithoutBackfill,
  notValidValidateInOneTransaction,
  partialGuard,
  partialState,
  preferBigintOverInt,
  preferBigintOverSmallint,
  preferIdentity,
  preferJsonb,
  preferRepack,
  preferTextField,
  preferTimestampTz,
  renamingColumn,
  renamingEnumValue,
  renamingSchema,
  renamingTable,
  requireConcurrentIndexCreation,
  requireConcurrentIndexDeletion,
  requireConcurrentMatviewRefresh,
  requireConcurrentPartitionDetach,
  requireConcurrentReindex,
  requireEnumValueOrdering,
  requireIdleInTransactionTimeout,
  requireLockTimeout,
  requireStatementTimeout,
  requireTableSchema,
  rerunColumn,
  rerunConstraint,
  rerunDelete,
  rerunDoBlock,
  rerunDrop,
  rerunEnumValue,
  rerunExtension,
  rerunFunction,
  rerunIndex,
  rerunInsert,
  rerunOther,
  rerunPolicy,
  rerunPublication,
  rerunRename,
  rerunRole,
  rerunSchema,
  rerunSequence,
  rerunTable,
  rerunTrigger,
  rerunType,
  rerunUpdate,
  rerunView,
  rewritingTable,
  sequenceGap,
  setLocalOutsideTransaction,
  silentChange,
  statementAfterAccessExclusive,
  statementTimeoutTooLong,
  transactionNesting,
  uniqueOnOldRows,
  usedAfterDropped,
  usedBeforeCreated,
  wideLockWindow,
  wrongBinding,
];
