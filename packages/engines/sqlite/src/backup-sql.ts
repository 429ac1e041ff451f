import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { ArtifactSink, BackupFacts, Fingerprint, RunContext } from "@dbsave/core";
import { abortStream, sideBySide } from "@dbsave/core";
import { walStep } from "./backup-copy.ts";
import type { ParsedOptions } from "./options.ts";
import { runJob } from "./worker/run-job.ts";

export const sqlName = "database.sql";

/** Method `sql`: the contents as SQL text, streamed out of one read transaction. Nothing is written to the scratch directory. */
export async function backupSql(options: ParsedOptions, sink: ArtifactSink, ctx: RunContext): Promise<BackupFacts> {
  const consistentAt = ctx.now();
  const { journalMode } = await runJob("readFacts", options, ctx);
  const body = new PassThrough();
  const [fingerprint] = await sideBySide<[Fingerprint, unknown]>(ctx.signal, (signal) => [
    dumpInto(body, options, signal),
    sink.write({ name: sqlName, mediaType: "application/sql" }, abortStream(body, signal, "sqlite: backup")),
  ]);
  const recipe = [
    { explain: "Run the SQL text; copy.db must not exist yet.", artifact: sqlName, pipeTo: "sqlite3 -bail copy.db" },
    { explain: "Check it.", run: "sqlite3 copy.db 'pragma integrity_check'" },
    ...walStep(journalMode),
  ];
  return { method: "sql", kind: "full", consistentAt, fingerprint, recipe, details: { journalMode } };
}

/** The text ends only when the whole job has succeeded, so that a failed one never looks whole. */
async function dumpInto(body: PassThrough, options: ParsedOptions, signal: AbortSignal): Promise<Fingerprint> {
  const take = async (bytes: Uint8Array): Promise<void> => {
    if (!body.write(bytes)) await once(body, "drain", { signal });
  };
  const fingerprint = await runJob("dumpSql", options, { signal, take });
  body.end();
  return fingerprint;
}
