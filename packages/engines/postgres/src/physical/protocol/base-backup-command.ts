import { literal } from "../../sql/quote.ts";

/** How a base backup is taken. */
export interface BaseBackupSettings {
  readonly label: string;
  /** `fast` flushes as quickly as the disks can before it begins; `spread` takes up to the server's checkpoint_timeout. */
  readonly checkpoint: "fast" | "spread";
  /** 32768 to 1073741824; null: as fast as it goes. */
  readonly maxBytesPerSecond: number | null;
  /** By the server; null: not compressed. */
  readonly compression: ServerCompression | null;
  /** Only what changed since the backup whose manifest was uploaded on the same connection. @default false */
  readonly incremental?: boolean;
}

export interface ServerCompression {
  /** Of zstd, 1 to 22. */
  readonly level: number;
  /** Threads on the server; 0: in the process itself. */
  readonly workers: number;
}

/**
 * For servers of PostgreSQL 15 and newer. The backup holds the WAL that it needs, so it can be restored without an archive, and
 * the server does not wait for its own: an archive_command that fails would hold it for ever.
 * Tablespaces are named in `tablespace_map` and not linked; the checksums of pages are verified by the server.
 */
export function baseBackupCommand(settings: BaseBackupSettings): string {
  const { label, checkpoint, maxBytesPerSecond, compression, incremental = false } = settings;
  const options = [
    `LABEL ${literal(label)}`,
    "PROGRESS",
    `CHECKPOINT ${literal(checkpoint)}`,
    "WAL",
    "WAIT 0",
    "TABLESPACE_MAP",
    "MANIFEST 'yes'",
    "MANIFEST_CHECKSUMS 'SHA256'",
    ...(incremental ? ["INCREMENTAL"] : []),
    ...(maxBytesPerSecond === null ? [] : [`MAX_RATE ${Math.trunc(maxBytesPerSecond / 1024)}`]),
    ...(compression === null ? [] : compressionOptions(compression)),
  ];
  return `BASE_BACKUP (${options.join(", ")})`;
}

function compressionOptions({ level, workers }: ServerCompression): readonly string[] {
  const detail = workers === 0 ? `level=${level}` : `level=${level},workers=${workers}`;
  return ["COMPRESSION 'zstd'", `COMPRESSION_DETAIL ${literal(detail)}`];
}
