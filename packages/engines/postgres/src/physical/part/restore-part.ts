import {
  type ArtifactSource,
  DbsaveError,
  type Finding,
  type RestorePlan,
  type RestoreReport,
  type RestoreRequest,
  type RestoreSelection,
  type RunContext,
  refuseErrors,
} from "@dbsave/core";
import { backup } from "../../backup.ts";
import { chooseDatabases, withMaintenance } from "../../databases/choose.ts";
import { examineInto, placesFor } from "../../destinations.ts";
import type { ParsedOptions } from "../../options.ts";
import { optionsAt, resolvePlace } from "../../plan-restore.ts";
import { examineWithoutBackup } from "../../preflight/examine-server.ts";
import { restore } from "../../restore.ts";
import { selectedDatabases } from "../../selection/selected-databases.ts";
import { isUrl } from "../../url.ts";
import { physicalContentsOf } from "../contents.ts";
import { startRestored } from "../scratch/start-restored.ts";
import { Spool } from "./spool.ts";

/** A request for databases of a physical backup, or for schemas and tables of one. */
export interface PartRequest extends RestoreRequest {
  readonly select: RestoreSelection & { readonly databases: readonly string[] };
}

/** The request, when it is for a part. OPTIONS_INVALID when the database is not named that schemas or tables are of. */
export function partRequest(request: RestoreRequest): PartRequest | null {
  const { select } = request;
  if (select === undefined) return null;
  const { databases } = select;
  if (databases !== undefined) return { ...request, select: { ...select, databases } };
  throw new DbsaveError("OPTIONS_INVALID", "postgres: a physical backup is of a whole server: no database is named", {
    hint: "Name the database as well, or tables as app.public.orders.",
  });
}

/**
 * Restores databases, or a part of one, out of a backup of a whole server: a throw-away server is started on all of it, and recovered as
 * `recovery` says; its own programs dump what is wanted, and the dump is restored as a logical backup is, compared by the
 * fingerprint of the same snapshot. The server that it goes to is examined first, and changed last. Needs room for the whole
 * data directory where throw-away servers live, and for the compressed dump in the scratch directory.
 *
 * SOURCE_NOT_FOUND for what the backup does not hold, and the codes of starting such a server, of a logical backup and its restore.
 */
export async function restorePart(
  options: ParsedOptions,
  request: PartRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  refuseErrors("postgres", (await examineTarget(options, request, source, ctx)).findings);
  const dumped = await dumpPart(options, request, source, ctx);
  const { recovery: _, ...wanted } = request;
  return await restore(...resolvePlace(options, wanted, dumped.manifest), dumped, ctx);
}

/** Looks at the server that it goes to. What is in the backup shows only when a server runs on it. */
export async function planPart(
  options: ParsedOptions,
  request: PartRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestorePlan> {
  const { places, findings } = await examineTarget(options, request, source, ctx);
  const { schemas = [], tables = [], databases } = request.select;
  const what = [...schemas, ...tables].join(", ");
  const steps = [
    `start a throw-away server on all of ${source.manifest.id}${request.recovery === undefined ? "" : ", and recover it"}`,
    `dump ${databases.join(", ")} with the programs of that server, and remove it`,
    ...[...places].map(
      ([database, into]) =>
        `restore ${what === "" ? "" : `${what}, with all that is needed, out of `}${database} into ${into}`,
    ),
  ];
  return { target: [...places.values()].join(", "), steps, findings };
}

async function examineTarget(
  options: ParsedOptions,
  request: PartRequest,
  { manifest }: ArtifactSource,
  ctx: RunContext,
): Promise<{ readonly places: ReadonlyMap<string, string>; readonly findings: readonly Finding[] }> {
  const { select, jobs = 1 } = request;
  const [there, into] = placeOf(options, request);
  const places = placesFor(there, { select, ...into }, { databases: select.databases, isPlain: false });
  const { serverMajor } = physicalContentsOf(manifest);
  const findings = await withMaintenance(there, [...places.values()], ctx.signal, async (session) => {
    const found: Finding[] = [];
    for (const place of places.values())
      found.push(...(await examineInto(there, session, place, request, ctx.signal)).findings);
    return [
      ...found,
      ...(await examineWithoutBackup(there, session, manifest, { serverMajor, clientMajor: serverMajor, jobs }, ctx)),
    ];
  });
  return { places, findings };
}

/** A place that is a URL is another server, and its database the place of a single one. */
function placeOf(
  options: ParsedOptions,
  { into, select }: PartRequest,
): readonly [ParsedOptions, { readonly into?: string }] {
  if (into === undefined) return [options, {}];
  if (!isUrl(into)) return [options, { into }];
  const there = optionsAt(options, into);
  return [there, select.databases.length === 1 ? { into: there.database } : {}];
}

/** What is wanted as a logical backup, which is gone with the run's scratch directory. */
async function dumpPart(
  options: ParsedOptions,
  { select, recovery }: PartRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<ArtifactSource> {
  await using server = await startRestored(options, source, ctx, recovery);
  const there = await chooseDatabases({ ...server.options, databases: "all" }, ctx.signal);
  const databases = selectedDatabases({ databases: there }, select);
  const spool = new Spool(ctx.scratchDir);
  const order = { method: "logical", kind: "full", compression: { name: "zstd", level: 1 } } as const;
  const dumping = { ...server.options, methods: ["logical"], databases, dumpJobs: 1 } as const;
  const facts = await server.try(backup(dumping, order, spool, ctx));
  return spool.source(source.manifest, facts);
}
