export interface ExploreRequest {
  /** Count rows exactly, which reads everything once. Otherwise the catalog's estimates are taken. */
  readonly count: boolean;
  /** Only this database of a server that has several. */
  readonly database?: string;
}

/** One thing that somebody who looks around would list: a database, a table, a collection, a keyspace, an extension. */
export interface ExploredItem {
  /** The engine's word: `database`, `table`, `materialized view`, `hypertable`, `extension`. */
  readonly kind: string;
  /** From the outermost: `["app", "public", "orders"]`. A thing that holds others comes with the path that theirs begin with. */
  readonly path: readonly string[];
  /** On disk, with all that belongs to it, such as indexes. Absent when it has no place of its own, or may not be seen. */
  readonly sizeBytes?: number;
  /** Rows, documents or keys. Absent where nothing is known. */
  readonly rows?: { readonly count: number; readonly isExact: boolean };
  /** More of it. Names in camelCase, ending in `Bytes` for bytes and in `Share` for a number from 0 to 1. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}
