import { DbsaveError, type Engine, type RestoreOptions, type RestoreSelection } from "@dbsave/core";
import type { Options } from "yargs";

/** What to restore, and where to. */
export const restoreRequestOptions = {
  into: {
    type: "string",
    requiresArg: true,
    describe:
      "Where to: a path, a database or the URL of one on any server, docker:NAME/DATABASE [the configured source]",
  },
  as: { type: "string", requiresArg: true, describe: "Another name, on the server of the configured source" },
  database: {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "Only this database of the backup; repeatable",
  },
  schema: {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "Only this schema, into a database of its own; repeatable",
  },
  table: {
    type: "string",
    array: true,
    requiresArg: true,
    describe:
      "Only this table (public.orders, app.public.orders) with what it needs, into a database of its own; repeatable",
  },
  jobs: { type: "number", requiresArg: true, describe: "Sessions that fill the database side by side" },
} as const satisfies Record<string, Options>;

export interface RestoreArguments {
  readonly into?: string | undefined;
  readonly as?: string | undefined;
  readonly database?: readonly string[] | undefined;
  readonly schema?: readonly string[] | undefined;
  readonly table?: readonly string[] | undefined;
  readonly jobs?: number | undefined;
}

/** What the flags ask for. `--as` is the form of `--into` that never leaves the server: USAGE for both, or for a URL. */
export function restoreRequest(args: RestoreArguments): Pick<RestoreOptions, "into" | "select" | "jobs"> {
  const { into, as, jobs } = args;
  if (into !== undefined && as !== undefined) {
    throw new DbsaveError("USAGE", "--into and --as both name the place of the restore", {
      hint: "Give --as for another name on the same server, --into for any other place.",
    });
  }
  if (as?.includes("://") === true) {
    throw new DbsaveError("USAGE", "--as takes the name of a database, and not a URL", { hint: "Give it as --into." });
  }
  const place = into ?? as;
  const select = selection(args);
  return {
    ...(place === undefined ? {} : { into: place }),
    ...(select === undefined ? {} : { select }),
    ...(jobs === undefined ? {} : { jobs }),
  };
}

/** UNSUPPORTED for `--as` where databases are no names on a server. */
export function checkName({ as }: RestoreArguments, { name, capabilities }: Engine): void {
  if (as === undefined || capabilities.selects.includes("databases")) return;
  throw new DbsaveError("UNSUPPORTED", `${name}: its databases have no names on a server: --as`, {
    hint: "Give the place as --into.",
  });
}

function selection({ database, schema, table }: RestoreArguments): RestoreSelection | undefined {
  const asked = { databases: database, schemas: schema, tables: table };
  const given = Object.entries(asked).filter(([, names]) => names !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
