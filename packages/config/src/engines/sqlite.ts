import { basename, extname, resolve } from "node:path";
import { DbsaveError } from "@dbsave/core";
import * as z from "zod";
import { path } from "../schema/plain-values.ts";
import { policyShape } from "../schema/policy-schema.ts";
import { targetShape } from "../schema/target-shape.ts";
import { describeReference, parseReference, referencePattern } from "../secrets/reference.ts";
import type { EngineKind } from "./engine-kind.ts";
import { sqliteFile } from "./sqlite-url.ts";

const url = z.string().regex(new RegExp(`^sqlite:[^\\0]+$|${referencePattern.source}`), {
  error: "expected sqlite:/path, or env:NAME, file:/path or cmd:program that gives such a URL",
});

export const sqliteSchema = z
  .strictObject({
    engine: z.literal("sqlite").describe("Which engine the database has."),
    path: path.exactOptional().describe("The database file."),
    url: url
      .exactOptional()
      .describe("In place of `path`: `sqlite:/data/app.db`, or where such a URL is kept (`env:DATABASE_URL`)."),
    method: z
      .enum(["online", "vacuum", "sql"])
      .exactOptional()
      .describe("How the backup is taken: page by page, compacted, or as SQL text."),
    checkpoint: z
      .enum(["passive", "full", "restart", "truncate"])
      .exactOptional()
      .describe("Makes `save` run a checkpoint of this kind; a backup does not need one."),
    busy_timeout_ms: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .exactOptional()
      .describe("How long to wait for other connections' locks."),
    ...targetShape,
    ...policyShape,
  })
  .refine((settings) => (settings.path === undefined) !== (settings.url === undefined), {
    when: ({ value }) => typeof value === "object" && value !== null,
    error: "expected either path or url",
  })
  .meta({ oneOf: [{ required: ["path"] }, { required: ["url"] }] });

export type SqliteSettings = z.infer<typeof sqliteSchema>;

export const sqlite: EngineKind<SqliteSettings> = {
  describe({ path: file, url: written = "" }, directory) {
    const reference = parseReference(written);
    return reference === undefined ? resolve(directory, file ?? fileOf(written)) : describeReference(reference);
  },
  references: ({ url: written = "" }) => (parseReference(written) === undefined ? [] : [["url", written]]),
  recognise(source) {
    const file = sqliteFile(source);
    if (file === undefined) return undefined;
    return { settings: { engine: "sqlite", path: file }, name: basename(file, extname(file)) };
  },
  wantedPlace: () => undefined,
  sourceless: { engine: "sqlite", path: "no-source-given" },
  async open(settings, context) {
    const { path: file, url: written = "", busy_timeout_ms: busyTimeoutMs, checkpoint } = settings;
    const isReference = parseReference(written) !== undefined;
    const source = file ?? fileOf(isReference ? (await context.read("url", written)).reveal() : written);
    const { sqlite: makeEngine } = await import("@dbsave/sqlite");
    return makeEngine({
      path: resolve(context.directory, source),
      ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }),
      ...(checkpoint === undefined ? {} : { checkpoint }),
    });
  },
};

/** The value is not quoted: it may come out of a secret. */
function fileOf(text: string): string {
  const file = sqliteFile(text);
  if (file !== undefined && file !== "") return file;
  throw new DbsaveError("OPTIONS_INVALID", "sqlite: url: not a sqlite: URL");
}
