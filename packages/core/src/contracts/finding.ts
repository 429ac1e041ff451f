import type { ErrorCode } from "../errors/error-table.ts";

/** Something a check noticed. An `error` makes the check fail; a `warning` is shown and recorded. */
export interface Finding {
  readonly severity: "error" | "warning" | "info";
  readonly code: ErrorCode;
  /** What it is about: an artifact, a table, a key. */
  readonly object: string;
  /**
   * A plain clause, `there is a database`, without the names of the engine and the object: whoever shows it adds them. Only
   * a finding that stands for a caught error has the whole message of that error.
   */
  readonly message: string;
  /** What to do, where there is something exact to say (a GRANT, a command). */
  readonly fix?: string;
  /** It is about backups by this method; those by others need not care. */
  readonly method?: string;
  /**
   * The same for the server's own client, to be run there by an administrator: whole statements in this order, which
   * may be run again without harm. `doctor` collects them.
   */
  readonly statements?: readonly string[];
}
