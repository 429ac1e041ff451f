/** One connection to one database. A fired signal cuts it; the server then ends what it was doing within two seconds. */
export interface Session extends AsyncDisposable {
  readonly database: string;
  /** All rows at once: for answers of bounded size. */
  query<Row extends object = Record<string, never>>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Rows in batches, for answers that grow with the catalog. Needs a transaction. */
  batches<Row extends object>(sql: string): AsyncIterable<readonly Row[]>;
}
