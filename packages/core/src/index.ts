export { listTargets, readCatalog } from "./catalog/catalog.ts";
export { chainOf } from "./catalog/chain.ts";
export { compareFingerprints, comparesContents } from "./catalog/compare-fingerprints.ts";
export type { Catalog, CatalogEntry, DamagedBackup } from "./catalog/entries.ts";
export { findBackup } from "./catalog/find-backup.ts";
export { type Freshness, freshnessOf } from "./catalog/freshness.ts";
export { pinBackup, unpinBackup } from "./catalog/pin.ts";
export type { Proof, ProofOfDrill, ProofOfRestore } from "./catalog/proof.ts";
export type { Codec } from "./contracts/codec.ts";
export type * from "./contracts/engine.ts";
export type * from "./contracts/events.ts";
export type * from "./contracts/exploration.ts";
export type { Finding } from "./contracts/finding.ts";
export type { Fingerprint, FingerprintItem } from "./contracts/fingerprint.ts";
export {
  type GuardPolicy,
  type IncrementalPolicy,
  type Job,
  type LogJob,
  type VerifyLevel,
  verifyLevels,
} from "./contracts/job.ts";
export type * from "./contracts/lasting-server.ts";
export type * from "./contracts/log.ts";
export type { BackupKind, Manifest, ManifestArtifact, ManifestDocument, ManifestSave } from "./contracts/manifest.ts";
export type { EngineEvent, ReportProgress, RunContext } from "./contracts/run-context.ts";
export type {
  RunningServer,
  ServerCommand,
  ServerImage,
  ServerPlace,
  ServerRunner,
  StartServerOptions,
} from "./contracts/server-runner.ts";
export type * from "./contracts/service.ts";
export type * from "./contracts/start.ts";
export type { GetOptions, ObjectInfo, PutOptions, Storage, SweepOptions } from "./contracts/storage.ts";
export type { RunningTool, ToolOptions, ToolRunner } from "./contracts/tool-runner.ts";
export { DbsaveError, type DbsaveErrorOptions, isDbsaveError, toDbsaveError } from "./errors/dbsave-error.ts";
export { didYouMean } from "./errors/did-you-mean.ts";
export { ERRORS, type ErrorCode, type ErrorFacts } from "./errors/error-table.ts";
export { EarlySync } from "./fs/early-sync.ts";
export type { FsEntry, FsKind, FsPort, FsReader, FsStat, FsWriter } from "./fs/fs-port.ts";
export { systemCode } from "./fs/fs-port.ts";
export { makeDirectories } from "./fs/make-directories.ts";
export { nodeFs } from "./fs/node-fs.ts";
export { placeFile } from "./fs/place-file.ts";
export { type PublishFileOptions, publishFile } from "./fs/publish-file.ts";
export { readRange } from "./fs/read-range.ts";
export { type WriteFileOptions, writeFile } from "./fs/write-file.ts";
export { isAlive, type ProcessIdentity, processIdentity } from "./lock/process-identity.ts";
export { isMarkedAlive, processMark } from "./lock/process-mark.ts";
export type { LogLimits, LogStanding } from "./log/log-standing.ts";
export { openLog } from "./log/log-store.ts";
export type { LogPlan, LogPolicy } from "./log/plan-log.ts";
export { loadChain } from "./manifest/load-chain.ts";
export { countedRows, plainBytes, storedBytes } from "./manifest/measure.ts";
export { readManifest } from "./manifest/read-manifest.ts";
export { writeManifest } from "./manifest/write-manifest.ts";
export { type BackupOptions, backup } from "./pipeline/backup.ts";
export { type CheckLogOptions, checkLog, hasLog } from "./pipeline/check-log.ts";
export { type Comparison, compareRestored } from "./pipeline/compare-restored.ts";
export type { PipelineItem } from "./pipeline/pipeline-item.ts";
export { type PlanRecoveryOptions, planRecovery } from "./pipeline/plan-recovery.ts";
export { checkSelection, refuseErrors } from "./pipeline/preflight.ts";
export { type PruneOptions, type PrunePlan, type PruneReport, planPrune, prune } from "./pipeline/prune.ts";
export { planRestore, type RestoreOptions, restore } from "./pipeline/restore.ts";
export { type PipelineOptions, runPipeline } from "./pipeline/run-pipeline.ts";
export { exitOfRun, exitOfTarget, type RunResult, type TargetResult } from "./pipeline/run-result.ts";
export { checkTargetName, keys } from "./repository/layout.ts";
export { type OpenRepositoryOptions, openRepository, type Repository } from "./repository/repository.ts";
export { parseKeep } from "./retention/parse-keep.ts";
export { planRetention } from "./retention/plan-retention.ts";
export type { KeepRules, RetentionPolicy, Weekday } from "./retention/policy.ts";
export type { RetentionBackup, RetentionConditions, RetentionPlan } from "./retention/retention-plan.ts";
export { type RunOptions, withContext } from "./run/context.ts";
export { formatBytes } from "./run/format-bytes.ts";
export { type PhaseOutcome, phase } from "./run/phases.ts";
export { type RunRecord, readRuns } from "./run/read-runs.ts";
export { refusedTool } from "./run/refused-tool.ts";
export { sideBySide } from "./run/side-by-side.ts";
export { Secret } from "./secret.ts";
export { checkKey, checkPrefix, compareKeys } from "./storage/check-key.ts";
export { memoryStorage } from "./storage/memory-storage.ts";
export { type ByteRange, resolveRange } from "./storage/resolve-range.ts";
export { abortStream, throwIfAborted } from "./streams/abort.ts";
export { type ReadBodyOptions, readBody, withBody } from "./streams/read-body.ts";
export { type DrillOptions, drill } from "./verify/drill.ts";
export { type VerifyOptions, verify } from "./verify/verify.ts";
export { version } from "./version.ts";
