import { type GlobalStatement, statementKind } from "./globals/statement-kind.ts";
import type { GlobalsPolicy } from "./options.ts";
import type { Session } from "./session.ts";
import { sqlStateOf } from "./sql/driver-error.ts";
import { identifier } from "./sql/quote.ts";
import { splitStatements } from "./sql/statements.ts";

export interface RestoredGlobals {
  /** In the order they were made. */
  readonly rolesCreated: readonly string[];
  /** Roles that were there already. */
  readonly rolesLeft: readonly string[];
  /** Statements about what was there already, which the policy left alone. */
  readonly left: number;
  /** Tablespaces that could not be made here: their objects go where the database is. */
  readonly tablespacesMissing: readonly string[];
}

/** Only the settings that the server knows; nobody but a superuser may change them. */
const keepToItself = `
  SELECT pg_catalog.set_config(s.name, v.value, false)
  FROM pg_catalog.pg_settings s JOIN (VALUES
    ('log_statement', 'none'), ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
    ('log_transaction_sample_rate', '0'), ('log_min_error_statement', 'panic'), ('track_activities', 'off'),
    ('pg_stat_statements.track_utility', 'off')
  ) v (name, value) ON s.name = v.name
  WHERE pg_catalog.current_setting('is_superuser') = 'on'`;

/** Two runs at once can make the same role: the other one's is as good. */
const roleIsThere = "42710";

/** A tablespace needs a directory that only the server's own system can provide. */
const noTablespaceHere: ReadonlySet<string | undefined> = new Set([
  "58P01", // the directory does not exist
  "42P17", // it is inside the data directory, or not absolute
  "42501", // the role is no superuser, or the directory is not the server's
  "55006", // another tablespace uses it
]);

/**
 * Runs what pg_dumpall wrote, statement by statement. What is there already is passed over and counted, and so is a tablespace
 * that cannot be here; every other error is thrown, after the roles that were made are dropped again. A superuser's session
 * leaves none of it, hashes of passwords included, in the server's log and statistics, where they would stay.
 */
export async function restoreGlobals(session: Session, text: string, policy: GlobalsPolicy): Promise<RestoredGlobals> {
  const there = await session.query<{ role: string }>("SELECT rolname AS role FROM pg_roles");
  const spaces = await session.query<{ space: string }>("SELECT spcname AS space FROM pg_tablespace");
  const state = {
    existing: new Set(there.map(({ role }) => role)),
    spaces: new Set(spaces.map(({ space }) => space)),
    rolesCreated: [] as string[],
    rolesLeft: [] as string[],
    tablespacesMissing: [] as string[],
    left: 0,
  };
  await session.query(keepToItself);
  await session.query("BEGIN"); // a kill must not leave a role without its attributes: a later restore would keep it so
  try {
    for (const sql of policy === "skip" ? [] : splitStatements(text)) await run(session, sql, policy, state);
    await session.query("COMMIT");
    return state;
  } catch (error) {
    await session.query("ROLLBACK");
    await dropRoles(session, state.rolesCreated);
    throw error;
  }
}

/** Roles that own nothing: they were made by a restore that failed. */
export async function dropRoles(session: Session, roles: readonly string[]): Promise<void> {
  for (const role of roles.toReversed()) await session.query(`DROP ROLE IF EXISTS ${identifier(role)}`);
}

interface State {
  readonly existing: ReadonlySet<string>;
  readonly spaces: ReadonlySet<string>;
  readonly rolesCreated: string[];
  readonly rolesLeft: string[];
  readonly tablespacesMissing: string[];
  left: number;
}

async function run(session: Session, sql: string, policy: GlobalsPolicy, state: State): Promise<void> {
  const statement = statementKind(sql);
  if (statement.kind === "session") return;
  if (isLeft(statement, policy, state)) {
    if (statement.kind === "create-role") state.rolesLeft.push(statement.name);
    state.left += 1;
  } else if (statement.kind === "create-tablespace") {
    await createTablespace(session, sql, statement.name, state);
  } else if (statement.kind === "create-role") {
    await createRole(session, sql, statement.name, state);
  } else {
    await session.query(sql);
  }
}

function isLeft({ kind, name }: GlobalStatement, policy: GlobalsPolicy, state: State): boolean {
  if (kind === "create-role") return state.existing.has(name);
  if (kind === "change-role" || kind === "grant") return policy === "missing" && state.existing.has(name);
  if (kind === "create-tablespace") return state.spaces.has(name);
  if (kind === "change-tablespace") return state.spaces.has(name) || state.tablespacesMissing.includes(name);
  return false;
}

async function createRole(session: Session, sql: string, name: string, state: State): Promise<void> {
  await session.query("SAVEPOINT role");
  try {
    await session.query(sql);
    state.rolesCreated.push(name);
  } catch (error) {
    if (sqlStateOf(error) !== roleIsThere) throw error;
    await session.query("ROLLBACK TO role");
    state.rolesLeft.push(name);
    state.left += 1;
  }
}

/** Not possible inside a transaction; pg_dumpall puts tablespaces after all roles. */
async function createTablespace(session: Session, sql: string, name: string, state: State): Promise<void> {
  await session.query("COMMIT");
  try {
    await session.query(sql);
  } catch (error) {
    if (!noTablespaceHere.has(sqlStateOf(error))) throw error;
    state.tablespacesMissing.push(name);
  }
  await session.query("BEGIN");
}
