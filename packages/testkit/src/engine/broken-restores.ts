import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { DbsaveError, type Finding, isDbsaveError, type RestoreReport } from "@dbsave/core";
import { type BrokenEngine, broken, sourceBehind } from "./broken-engine.ts";
import { readToyData } from "./toy-data.ts";

const refuses = "refuses a place that is not empty with TARGET_NOT_EMPTY, and leaves it as it is";
const movesAside = "moves aside what it replaces when forced, and names it";
const onItself = "restores over its own source when forced, and keeps what was there";
const middle = "passes on the error of a backup that breaks off in its middle, and leaves the place as it was";
const end = "passes on the error of a backup that is found damaged at its very end, and leaves the place as it was";
const notOpened = "passes on the error of a backup that cannot be opened, and leaves the place as it was";
const half = "fails on what is no backup or the half of one, and leaves the place as it was";
const plans = "plans a restore step by step, and changes nothing";
const foretells = "foretells in a plan that a place is not empty, unless it may be moved aside";

export const brokenRestores: readonly BrokenEngine[] = [
  broken("does not care how the bytes of a backup are cut into pieces", "loses single bytes", (honest) => ({
    restore: (request, source, ctx) =>
      honest.restore(
        request,
        sourceBehind(source, (body) => body.filter((chunk: Buffer) => chunk.length > 1)),
        ctx,
      ),
  })),
  broken("leaves the source as it is when it restores elsewhere", "restores the source as well", (honest) => ({
    restore: async (request, source, ctx) => {
      await honest.restore({ force: true }, source, ctx);
      return await honest.restore(request, source, ctx);
    },
  })),
  broken(refuses, "restores over anything", (honest) => ({
    restore: (request, source, ctx) => honest.restore({ ...request, force: true }, source, ctx),
  })),
  broken(refuses, "reads the backup before it refuses", (honest) => ({
    restore: async (request, source, ctx) => {
      for (const { name } of source.manifest.artifacts) await buffer(await source.open(name));
      return await honest.restore(request, source, ctx);
    },
  })),
  broken(refuses, "refuses without saying why", (honest) => ({
    restore: (request, source, ctx) =>
      honest.restore(request, source, ctx).catch((cause: unknown) => {
        throw new DbsaveError("RESTORE_FAILED", "toy: restore failed", { cause });
      }),
  })),
  broken(movesAside, "deletes what it replaces", (honest, path) => ({
    restore: async (request, source, ctx) => {
      const report = await honest.restore(request, source, ctx);
      await forget(report);
      return { ...report, movedAside: [], target: request.into ?? path };
    },
  })),
  broken(movesAside, "names a place that does not exist", (honest) => ({
    restore: async (request, source, ctx) => {
      const report = await honest.restore(request, source, ctx);
      return { ...report, movedAside: report.movedAside.map((name) => `${name}.bak`) };
    },
  })),
  broken(movesAside, "moves aside and restores nothing", (honest, path) => ({
    restore: async (request, source, ctx) => {
      const report = await honest.restore(request, source, ctx);
      for (const name of report.movedAside) await writeFile(request.into ?? path, await readFile(name));
      return report;
    },
  })),
  broken(onItself, "deletes what it replaces in its own source", (honest) => ({
    restore: async (request, source, ctx) => {
      const report = await honest.restore(request, source, ctx);
      if (request.into !== undefined) return report;
      await forget(report);
      return { ...report, movedAside: [] };
    },
  })),
  broken(
    "keeps all that it moved aside when it is forced twice at the same moment",
    "knows one aside",
    (honest, path) => ({
      restore: async (request, source, ctx) => {
        const { movedAside, ...report } = await honest.restore(request, source, ctx);
        const aside = `${request.into ?? path}.old`;
        for (const name of movedAside) await rename(name, aside);
        return { ...report, movedAside: movedAside.map(() => aside) };
      },
    }),
  ),
  broken("moves nothing aside where nothing was", "says that something was moved aside", (honest, path) => ({
    restore: async (request, source, ctx) => {
      const report = await honest.restore(request, source, ctx);
      return { ...report, movedAside: [`${request.into ?? path}.old`] };
    },
  })),
  broken(middle, "reports success when the backup breaks off", (honest, path) => ({
    restore: (request, source, ctx) =>
      honest.restore(request, source, ctx).catch(() => ({ target: request.into ?? path, movedAside: [], details: {} })),
  })),
  broken(middle, "empties the place before it reads the backup", (honest, path) => ({
    restore: async (request, source, ctx) => {
      if (request.force) await rm(request.into ?? path, { force: true });
      return await honest.restore(request, source, ctx);
    },
  })),
  broken(middle, "leaves the part it had read", (honest, path) => ({
    restore: (request, source, ctx) =>
      honest.restore(request, source, ctx).catch(async (error: unknown) => {
        if (!isDbsaveError(error, "TARGET_NOT_EMPTY")) await writeFile(`${request.into ?? path}.partial`, "{");
        throw error;
      }),
  })),
  broken(end, "is content when it has all bytes", (honest) => ({
    restore: (request, source, ctx) => honest.restore(request, sourceBehind(source, endingOnError), ctx),
  })),
  broken(notOpened, "takes what cannot be opened for empty", (honest) => ({
    restore: (request, source, ctx) => {
      const open = (name: string) => source.open(name).catch(() => Readable.from([Buffer.from("{}")]));
      return honest.restore(request, { ...source, open }, ctx);
    },
  })),
  broken(half, "restores an empty database from what it cannot read", (honest, path) => ({
    restore: (request, source, ctx) =>
      honest.restore(request, source, ctx).catch(async (error: unknown) => {
        if (!isDbsaveError(error, "SOURCE_INVALID")) throw error;
        await writeFile(request.into ?? path, "{}");
        return { target: request.into ?? path, movedAside: [], details: {} };
      }),
  })),
  broken("restores whole when the restore before it failed", "leaves a lock when it fails", (honest, path) => ({
    restore: async (request, source, ctx) => {
      const lock = `${request.into ?? path}.lock`;
      await writeFile(lock, "", { flag: "wx" }).catch((cause: unknown) => {
        throw new DbsaveError("TARGET_BUSY", `toy: another restore runs: ${lock}`, { cause });
      });
      const report = await honest.restore(request, source, ctx);
      await rm(lock);
      return report;
    },
  })),
  broken(plans, "begins while it plans", (honest, path) => ({
    planRestore: async (request, source, ctx) => {
      await writeFile(`${request.into ?? path}.partial`, "");
      return await honest.planRestore(request, source, ctx);
    },
  })),
  broken(plans, "has no steps to show", (honest) => ({
    planRestore: async (...request) => ({ ...(await honest.planRestore(...request)), steps: [] }),
  })),
  broken(plans, "plans another place than it restores", (honest, path) => ({
    planRestore: async (...request) => ({ ...(await honest.planRestore(...request)), target: path }),
  })),
  broken(foretells, "plans without looking", (honest) => ({
    planRestore: async (...request) => ({ ...(await honest.planRestore(...request)), findings: [] }),
  })),
  broken(foretells, "never plans to move anything aside", (honest, path) => ({
    planRestore: async (request, ...rest) => {
      const plan = await honest.planRestore(request, ...rest);
      return { ...plan, steps: [`write ${request.into ?? path}`] };
    },
  })),
];

export const brokenInspections: readonly BrokenEngine[] = [
  broken(
    "finds no fault with a whole backup of any method, without touching the source",
    "likes one method",
    (honest) => ({
      inspect: async (source, ctx) => {
        const findings = await honest.inspect(source, ctx);
        return source.manifest.method === "json" ? findings : [...findings, fault("not JSON")];
      },
    }),
  ),
  broken(
    "finds no fault with a whole backup of any method, without touching the source",
    "needs its source",
    (honest, path) => ({
      inspect: async (source, ctx) => {
        await writeFile(path, JSON.stringify({ ...(await readToyData(path)), inspected: {} }));
        return await honest.inspect(source, ctx);
      },
    }),
  ),
  broken("finds fault with what is no backup or the half of one", "finds no fault with anything", (honest) => ({
    inspect: async (source, ctx) => {
      await honest.inspect(source, ctx);
      return [];
    },
  })),
  broken("finds fault with what is no backup or the half of one", "finds fault without a word", (honest) => ({
    inspect: async (source, ctx) => {
      const findings = await honest.inspect(source, ctx);
      return findings.map((finding) => ({ ...finding, message: "" }));
    },
  })),
  broken(
    "passes on the error of a backup that cannot be read to its end, and does not judge it",
    "calls it damage",
    (honest) => ({
      inspect: (source, ctx) => honest.inspect(source, ctx).catch((error: unknown) => [fault(String(error))]),
    }),
  ),
];

function fault(message: string): Finding {
  return { severity: "error", code: "SOURCE_INVALID", object: "data.json", message };
}

async function forget({ movedAside }: RestoreReport): Promise<void> {
  for (const name of movedAside) await rm(name);
}

/** Like `body`, but its error is taken for its end. */
function endingOnError(body: Readable): Readable {
  async function* whatever(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of body) yield chunk;
    } catch {
      // that is the defect
    }
  }
  return Readable.from(whatever(), { objectMode: false });
}
