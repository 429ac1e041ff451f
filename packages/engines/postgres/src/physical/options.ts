import type { BackupRequest } from "@dbsave/core";
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
}

export type PhysicalSettings = {
  readonly [K in keyof PhysicalOptions]-?: K extends "maxBytesPerSecond"
    ? number | null
    : NonNullable<PhysicalOptions[K]>;
};

/** `invalid` makes the error of a wrong option. */
export function parsePhysical(
  options: PhysicalOptions,
  invalid: (option: string, why: string) => Error,
): PhysicalSettings {
  const { checkpoint = "fast", maxBytesPerSecond = null, workers = 2, checkFiles = true } = options;
  if (!["fast", "spread"].includes(checkpoint)) throw invalid("physical.checkpoint", "it must be fast or spread");
  const isRate = maxBytesPerSecond === null || (maxBytesPerSecond >= 2 ** 15 && maxBytesPerSecond <= 2 ** 30);
  if (!isRate) throw invalid("physical.maxBytesPerSecond", "it must be a number from 32768 to 1073741824");
  if (!Number.isInteger(workers) || workers < 0 || workers > 64)
    throw invalid("physical.workers", "it must be a whole number from 0 to 64");
  return { checkpoint, maxBytesPerSecond, workers, checkFiles };
}

/** What of the compression that the backup gets the server can do itself. */
export function serverCompression(
  { compression }: Pick<BackupRequest, "compression">,
  { workers }: PhysicalSettings,
): ServerCompression | null {
  return compression?.name === "zstd" ? { level: compression.level ?? 3, workers } : null;
}
