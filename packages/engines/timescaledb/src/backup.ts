import type { RecipeStep } from "@dbsave/core";
import { type DatabaseSettings, databaseArgument, literal, type ReadStep } from "@dbsave/postgres";

/**
 * The stock commands for one database: it is made empty by what the dump says of it, gets the extension in its old version, is
 * filled while the extension stands aside, and woken up. Undefined for a database without the extension.
 */
export function recipe({ name, extensions }: DatabaseSettings, read: ReadStep): readonly RecipeStep[] | undefined {
  const extension = extensions.find((each) => each.name === "timescaledb");
  if (extension === undefined) return undefined;
  const { version, schema } = extension;
  const shown = JSON.stringify(name);
  const psql = `psql -X -v ON_ERROR_STOP=1 -d ${shellWord(databaseArgument(name))}`;
  const isPublic = schema === "public";
  const onError = isPublic ? "--exit-on-error " : "";
  const only = isPublic ? "" : ` Only \`schema ${schema} already exists\` may be reported.`;
  const prepare = [
    ...(isPublic ? [] : [`CREATE SCHEMA IF NOT EXISTS ${schema}`]),
    `CREATE EXTENSION timescaledb VERSION ${literal(version)} SCHEMA ${schema}`,
    `SELECT ${schema}.timescaledb_pre_restore()`,
  ];
  return [
    read(
      `Create the database ${shown}; it must not exist yet. No table is called so: nothing else is restored.`,
      "--exit-on-error --create --table=' ' -d template1",
    ),
    {
      explain: `Give it TimescaleDB ${version}, exactly this version, and set it aside.`,
      run: `${psql} ${prepare.map((sql) => `-c ${shellWord(sql)}`).join(" ")}`,
    },
    read(
      `Fill it, in one session: with -j the tables of the extension would come in a wrong order.${only}`,
      `${onError}-d ${shellWord(databaseArgument(name))}`,
    ),
    {
      explain: "Wake TimescaleDB up. Its jobs run from now on. Do this also when the step before has failed.",
      run: `${psql} -c ${shellWord(`SELECT ${schema}.timescaledb_post_restore()`)} -c ANALYZE`,
    },
  ];
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
