import { DbsaveError, type Finding, type Fingerprint } from "@dbsave/core";
import { type DatabaseSettings, literal, type NewDatabase, type Pour, type Session } from "@dbsave/postgres";
import { availableVersions, readExtension } from "./connect.ts";
import { ownSchema } from "./inspect.ts";

/** The dump says nothing of the version, and rows of the catalog of one version do not fit into that of another. */
export async function examineServer(
  session: Session,
  databases: readonly DatabaseSettings[],
): Promise<readonly Finding[]> {
  const needed = new Set(databases.flatMap((each) => extensionOf(each)?.version ?? []));
  const available = await availableVersions(session);
  const elsewhere = databases.filter((each) => (extensionOf(each)?.schema ?? "public") !== "public");
  const missing = [...needed]
    .filter((version) => !available.includes(version))
    .map(
      (version): Finding => ({
        severity: "error",
        code: "UNSUPPORTED",
        object: `timescaledb ${version}`,
        message: `the backup needs TimescaleDB ${version}, the server has ${available.join(", ") || "none"}`,
        fix: `Install TimescaleDB ${version} beside the server, or restore on an image that has it; update afterwards by ALTER EXTENSION timescaledb UPDATE.`,
      }),
    );
  return [...missing, ...elsewhere.map(({ name }) => ({ severity: "error" as const, ...ownSchema(name) }))];
}

/** The chunks of a hypertable are of no use without the rows of TimescaleDB's catalog that describe them, and these are of all. */
export function examinePart({ items }: Fingerprint): readonly Finding[] {
  if (!items.some(({ kind, name }) => kind === "schema" && name === "extension timescaledb")) return [];
  const object = "timescaledb";
  const message = "schemas and tables of a database with hypertables cannot be restored without the rest of it";
  const fix = "Restore the whole database under another name, and copy from there.";
  return [{ severity: "error", code: "UNSUPPORTED", object, message, fix }];
}

/**
 * Creates the extension in its old version, sets it aside while `pour` fills the database, and wakes it up again whatever
 * happened. Its jobs do not run before the database has got its name: waking up starts them, and the same transaction
 * stops them.
 */
export async function fill(database: NewDatabase, pour: Pour): Promise<void> {
  const extension = extensionOf(database.settings);
  if (extension === undefined) return await pour([]);
  const { schema, version } = extension;
  await database.session(async (session) => {
    await session.query(`CREATE EXTENSION timescaledb VERSION ${literal(version)} SCHEMA ${schema}`);
  });
  try {
    await database.session((session) => session.query(`SELECT ${schema}.timescaledb_pre_restore()`));
    for (const args of database.jobs === 1 ? [[]] : sectionsInOrder) await pour(args);
  } catch (error) {
    await wakeUp(database, schema).catch(() => undefined); // what came first is the failure to tell
    throw error;
  }
  await wakeUp(database, schema);
}

function extensionOf({ extensions }: DatabaseSettings): DatabaseSettings["extensions"][number] | undefined {
  return extensions.find(({ name }) => name === "timescaledb");
}

const catalogSchemas = ["_timescaledb_catalog", "_timescaledb_config"];

/** The rows of the catalog refer to each other, as the dump orders them: several sessions would fill it in any order. */
const sectionsInOrder: readonly (readonly string[])[] = [
  ["--section=pre-data"],
  ["--section=data", "--jobs=1", ...catalogSchemas.map((schema) => `--schema=${schema}`)],
  ["--section=data", ...catalogSchemas.map((schema) => `--exclude-schema=${schema}`)],
  ["--section=post-data"],
];

/** Also when the restore was cancelled, and once more on a new connection when the first one broke. */
async function wakeUp(database: NewDatabase, schema: string): Promise<void> {
  const attempt = (): Promise<void> =>
    database.session(async (session) => {
      await session.query("BEGIN");
      await session.query(`SELECT ${schema}.timescaledb_post_restore()`);
      await session.query("SELECT _timescaledb_functions.stop_background_workers()");
      await session.query("COMMIT");
    }, AbortSignal.timeout(wakeUpTimeoutMs));
  try {
    await attempt();
  } catch {
    await attempt();
  }
}

const wakeUpTimeoutMs = 60_000;

/** Renaming a database stops its jobs for good. */
export async function resume(session: Session): Promise<void> {
  const extension = await readExtension(session);
  if (extension === undefined) return;
  const [row] = await session.query<{ started: boolean }>(
    "SELECT _timescaledb_functions.start_background_workers() AS started",
  );
  if (row?.started === true) return;
  throw new DbsaveError("RESTORE_FAILED", `timescaledb: ${session.database}: its jobs could not be started`, {
    hint: "SELECT _timescaledb_functions.start_background_workers();",
  });
}
