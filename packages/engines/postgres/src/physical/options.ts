import type { ServerCompression } from "./protocol/base-backup-command.ts";

/** How physical backups are taken. */
export interface PhysicalSettings {
  readonly checkpoint: "fast" | "spread";
  readonly maxBytesPerSecond: number | null;
  /** Null: the server sends plain bytes, and dbsave compresses. */
  readonly compression: ServerCompression | null;
  /**
   * Compare every file with the server's manifest while it passes: a core and a half for each GB/s. Without, the comparison
   * is that of `inspect`, which reads what was stored.
   */
  readonly checkFiles: boolean;
}

export const defaultPhysical: PhysicalSettings = {
  checkpoint: "fast",
  maxBytesPerSecond: null,
  compression: { level: 3, workers: 2 },
  checkFiles: true,
};
