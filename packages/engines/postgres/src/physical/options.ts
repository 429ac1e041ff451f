import type { BackupRequest } from "@dbsave/core";
import type { ReceiverSettings } from "./examine/receiving.ts";
import type { ServerCompression } from "./protocol/base-backup-command.ts";

/** How physical backups are taken. */
export interface PhysicalOptions {
  /** `fast` flushes at once, `spread` over the server's checkpoint_timeout before the backup begins. @default "fast" */
  readonly checkpoint?: "fast" | "spread";
  /** Of plain bytes, 32768 to 1073741824. @default no limit */
  readonly maxBytesPerSecond?: number;
  /** Threads of the server that compress, when the target's compression is zstd; 0 is the process itself. @default 2 */
  readonly workers?: number;
  /**
   * Compare every file with the server's manifest while it passes, which takes about 1.5 seconds of processor for each GB.
   * Without, it is `inspect` that compares, reading what was stored. @default true
   */
  readonly checkFiles?: boolean;
  /** How the WAL comes into the repository, so that a probe looks after it. @default it does not */
  readonly wal?: WalWay;
  /** Whether backups are to be incremental, so that a probe tells why they could not be. @default false */
  readonly incremental?: boolean;
}

/** `command`: what archive_command must be. `slot`: the one that `dbsave-wal receive` has. */
type WalWay =
  | { readonly mode: "archive"; readonly command: string }
  | ({ readonly mode: "receive" } & ReceiverSettings);

export type PhysicalSettings = {
  readonly [K in keyof PhysicalOptions]-?: K extends "maxBytesPerSecond" | "wal"
    ? NonNullable<PhysicalOptions[K]> | null
    : NonNullable<PhysicalOptions[K]>;
};

/** `invalid` makes the error of a wrong option. */
export function parsePhysical(
  options: PhysicalOptions,
  invalid: (option: string, why: string) => Error,
): PhysicalSettings {
  const { checkpoint = "fast", maxBytesPerSecond = null, workers = 2, checkFiles = true } = options;
  const { wal = null, incremental = false } = options;
  if (!["fast", "spread"].includes(checkpoint)) throw invalid("physical.checkpoint", "it must be fast or spread");
  const isRate = maxBytesPerSecond === null || (maxBytesPerSecond >= 2 ** 15 && maxBytesPerSecond <= 2 ** 30);
  if (!isRate) throw invalid("physical.maxBytesPerSecond", "it must be a number from 32768 to 1073741824");
  if (!Number.isInteger(workers) || workers < 0 || workers > 64)
    throw invalid("physical.workers", "it must be a whole number from 0 to 64");
  return { checkpoint, maxBytesPerSecond, workers, checkFiles, wal, incremental };
}

/** What of the compression that the backup gets the server can do itself. */
export function serverCompression(
  { compression }: Pick<BackupRequest, "compression">,
  { workers }: PhysicalSettings,
): ServerCompression | null {
  return compression?.name === "zstd" ? { level: compression.level ?? 3, workers } : null;
}
