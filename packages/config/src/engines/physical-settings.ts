import type { IncrementalPolicy } from "@dbsave/core";
import type { PhysicalOptions } from "@dbsave/postgres";
import { durationMs, sizeBytes } from "../schema/quantities.ts";
import type { EngineContext } from "./engine-kind.ts";
import type { PhysicalKeys, WalKeys } from "./postgres-physical-schema.ts";

interface WalLimits {
  /** How far back recovery to any time stays possible; null: as far as backups are kept. */
  readonly keepMs: number | null;
  /** Alarm when nothing was archived for so long. */
  readonly stalledAfterMs: number;
  /** Alarm when the log takes more room than this; null: never. */
  readonly maxBytes: number | null;
}

/** How the WAL of a target comes into its repository. */
export type WalSettings = WalLimits &
  (
    | {
        readonly mode: "archive";
        /** Absolute path of the directory in which archive_command and the daemon meet; null: that of the daemon. */
        readonly spool: string | null;
        /** How many segments are compressed side by side. */
        readonly workers: number;
      }
    | {
        readonly mode: "receive";
        /** Absolute path of the receiver's own directory; null: that of the receiver. */
        readonly spool: string | null;
        /** Name of the replication slot. */
        readonly slot: string;
        /** Alarm when the slot keeps more WAL than this on the server. */
        readonly maxLagBytes: number;
      }
  );

const dayMs = 86_400_000;

/** Null: the WAL is not archived. `resolve` makes a path absolute. */
export function walSettings(
  { wal = "off" }: PhysicalKeys,
  target: string,
  resolve: (path: string) => string,
): WalSettings | null {
  if (wal === "off") return null;
  const options: WalKeys = typeof wal === "string" ? { mode: wal } : wal;
  const { keep, stalled_after: stalledAfter = "1d", max_size: maxSize } = options;
  const limits = {
    keepMs: keep === undefined ? null : durationMs(keep),
    stalledAfterMs: durationMs(stalledAfter),
    maxBytes: maxSize === undefined ? null : sizeBytes(maxSize),
  };
  if (options.mode === "archive") {
    const { spool, workers = 2 } = options;
    return { mode: "archive", spool: spool === undefined ? null : resolve(spool), workers, ...limits };
  }
  const { slot = slotOf(target), spool, max_lag: maxLag = "1GB" } = options;
  return {
    mode: "receive",
    spool: spool === undefined ? null : resolve(spool),
    slot,
    maxLagBytes: sizeBytes(maxLag),
    ...limits,
  };
}

/** Null: every backup is a full one. */
export function incrementalPolicy({ incremental = "off" }: PhysicalKeys): IncrementalPolicy | null {
  if (incremental === "off") return null;
  const { full_every: fullEvery, longest_chain: longestChain = 6 } = incremental;
  return { fullEveryMs: fullEvery === undefined ? 7 * dayMs : durationMs(fullEvery), longestChain };
}

/** Of the engine; what is wanted of the WAL is there for its probe, with what archive_command must be. */
export function physicalOptions(keys: PhysicalKeys, target: string, command: string): PhysicalOptions {
  const { physical = {}, incremental = "off" } = keys;
  const wal = walSettings(keys, target, (path) => path);
  const { checkpoint, max_rate: maxRate, workers, check_files: checkFiles } = physical;
  return {
    ...(checkpoint !== undefined && { checkpoint }),
    ...(maxRate !== undefined && { maxBytesPerSecond: sizeBytes(maxRate) }),
    ...(workers !== undefined && { workers }),
    ...(checkFiles !== undefined && { checkFiles }),
    ...(wal !== null && { wal: wal.mode === "receive" ? wal : { mode: wal.mode, command } }),
    incremental: incremental !== "off",
  };
}

/** What archive_command must be. In a container there is no dbsave-wal, but the script that it prints. */
export function archiveCommand(
  { target, configFile }: Pick<EngineContext, "target" | "configFile">,
  isInContainer: boolean,
): string {
  if (isInContainer) return "/usr/local/bin/dbsave-archive %p";
  const isPlain = configFile !== null && /^[\w./-]+$/.test(configFile);
  return `dbsave-wal push ${isPlain ? `--config ${configFile} ` : ""}--target ${target} %p`;
}

/** Slots are named by lower case letters, digits and underscores. */
function slotOf(target: string): string {
  return `dbsave_${target.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_")}`.slice(0, 63);
}
