import { basename, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Engine } from "@dbsave/core";
import * as z from "zod";
import { path } from "../schema/plain-values.ts";
import { policyShape } from "../schema/policy-schema.ts";
import { targetShape } from "../schema/target-shape.ts";
import type { EngineKind } from "./engine-kind.ts";

export const sqliteSchema = z.strictObject({
  engine: z.literal("sqlite").describe("The engine of the database."),
  path: path.describe("The database file."),
  method: z.enum(["online", "vacuum", "sql"]).exactOptional().describe("How the backup is taken."),
  ...targetShape,
  ...policyShape,
});

export type SqliteSettings = z.infer<typeof sqliteSchema>;

export const sqlite: EngineKind<SqliteSettings> = {
  describe: (settings, directory) => resolve(directory, settings.path),
  references: () => [],
  recognise(source) {
    const file = filePath(source);
    if (file === undefined) return undefined;
    return { settings: { engine: "sqlite", path: file }, name: basename(file, extname(file)) };
  },
  sourceless: { engine: "sqlite", path: "no-source-given" },
  async open(settings, { directory }) {
    const engine = (await import("@dbsave/sqlite")) as unknown as { sqlite(options: { path: string }): Engine };
    return engine.sqlite({ path: resolve(directory, settings.path) });
  },
};

/** `./app.db`, `sqlite:app.db`, `sqlite:///data/app.db`, `file:app.db`; undefined for any other URL. */
function filePath(source: string): string | undefined {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(source) ?? [];
  if (scheme === undefined) return source;
  if (!/^(sqlite3?|file)$/i.test(scheme)) return undefined;
  const withoutQuery = rest.replace(/\?.*$/s, "");
  return withoutQuery.startsWith("//") ? fileURLToPath(`file:${withoutQuery}`) : withoutQuery;
}
