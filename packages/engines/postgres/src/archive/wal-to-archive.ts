export interface WalToArchive {
  /** The file; its last segment is its name. */
  readonly path: string;
  /** `global/pg_control` of the same server, read for files that do not tell whose they are. @default beside `pg_wal` */
  readonly controlFile?: string;
}
