import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { type ArtifactInfo, type ArtifactSink, type BackupFacts, DbsaveError, type Engine } from "@dbsave/core";
import { type BrokenEngine, broken, type Defect, sinkBehind } from "./broken-engine.ts";
import { readToyData, toyFingerprint } from "./toy-data.ts";

const refuses = "refuses with UNSUPPORTED what it does not declare, before it writes anything";
const says = "says which method and kind of backup it took, and of which moment";
const names = "gives every artifact a name of its own, safe as a file name";
const recipe = "writes a recipe of stock commands over artifacts that exist";
const restores = "restores what each of its methods backed up, to the same contents";
const oneMoment = "backs up one moment while others write, and gives the fingerprint of that moment";
const passesOn = "passes on the error of a sink, whenever it comes, and closes every stream";

export const brokenBackups: readonly BrokenEngine[] = [
  broken(refuses, "takes what it knows when it is asked for what it does not know", (honest) => ({
    backup: (_request, sink, ctx) => honest.backup({ kind: "full" }, sink, ctx),
  })),
  broken(refuses, "writes before it looks whether it can", (honest) => ({
    backup: async (request, sink, ctx) => {
      await sink.write({ name: "header", mediaType: "text/plain" }, Readable.from([]));
      return await honest.backup(request, sink, ctx);
    },
  })),
  broken(says, "says that every method is the default one", facts({ method: "json" })),
  broken(says, "says that it is of the beginning of time", facts({ consistentAt: new Date(0) })),
  broken(
    names,
    "makes folders of artifacts",
    named((name) => `tables/${name}`),
  ),
  broken(
    names,
    "gives all artifacts one name",
    named(() => "data"),
  ),
  broken(
    names,
    "takes the name of the manifest",
    named(() => "manifest.json"),
  ),
  broken(
    recipe,
    "explains how to restore other artifacts",
    named((name) => `${name}.bak`),
  ),
  broken(recipe, "forgets an artifact in its recipe", facts({ recipe: [] })),
  broken(restores, "cuts its artifacts", bodies(cut)),
  broken(restores, "leaves out the last row", bodies(withoutLastRow)),
  broken(restores, "takes another fingerprint with a backup than without", (honest) => ({
    backup: async (request, sink, ctx) => {
      const taken = await honest.backup(request, sink, ctx);
      return { ...taken, fingerprint: { algorithm: "toy-rows-0", items: [] } };
    },
  })),
  broken("takes backup after backup, and each restores to what it was taken of", "has taken it already", cached()),
  broken(oneMoment, "takes the fingerprint when the data are written", (honest) => ({
    backup: async (request, sink, ctx) => {
      const taken = await honest.backup(request, sink, ctx);
      return { ...taken, fingerprint: await honest.fingerprint(ctx) };
    },
  })),
  broken(oneMoment, "reads every table when its turn comes", torn),
  broken("leaves the source as it is when it backs up", "leaves its own dump beside the source", (honest, path) => ({
    backup: async (request, sink, ctx) => {
      await writeFile(`${path}.dump`, "{}");
      return await honest.backup(request, sink, ctx);
    },
  })),
  broken("is done with a backup only when every artifact is stored", "does not wait for the storage", (honest) => ({
    backup: (request, sink, ctx) => honest.backup(request, hasty(sink), ctx),
  })),
  broken(passesOn, "takes a failed sink for a good one", (honest) => ({
    backup: (request, sink, ctx) => {
      const stored = (name: string) => ({ name, plainBytes: 0, storedBytes: 0 });
      return honest.backup(
        request,
        { write: (info, body) => sink.write(info, body).catch(() => stored(info.name)) },
        ctx,
      );
    },
  })),
  broken(passesOn, "hides why the sink failed", (honest) => ({
    backup: (request, sink, ctx) =>
      honest.backup(request, sink, ctx).catch((cause: unknown) => {
        throw new DbsaveError("BACKUP_FAILED", "toy: backup failed", { cause });
      }),
  })),
  broken(passesOn, "leaves a stream open when it fails", (honest) => ({
    backup: async (request, sink, ctx) => {
      const log = new Readable({ read() {} });
      const logging = sink.write({ name: "log", mediaType: "text/plain" }, log);
      const taken = await honest.backup(request, sink, ctx);
      log.push(null);
      await logging;
      return taken;
    },
  })),
  broken("backs up whole when the backup before it failed", "gives up for good when a backup failed", (honest) => {
    let failure: unknown;
    return {
      backup: async (request, sink, ctx) => {
        if (failure instanceof Error) throw failure;
        return await honest.backup(request, sink, ctx).catch((error: unknown) => {
          failure = error;
          throw error;
        });
      },
    };
  }),
  broken(
    "waits for a sink that stalls instead of keeping the data in memory",
    "keeps all data in memory",
    bodies(async (body) => await buffer(body)),
  ),
];

function facts(changes: Partial<BackupFacts>): Defect {
  return (honest) => ({
    backup: async (request, sink, ctx) => ({ ...(await honest.backup(request, sink, ctx)), ...changes }),
  });
}

function named(rename: (name: string) => string): Defect {
  const change = (info: ArtifactInfo): ArtifactInfo => ({ ...info, name: rename(info.name) });
  return (honest) => ({
    backup: (request, sink, ctx) =>
      honest.backup(
        request,
        sinkBehind(sink, (info, body) => [change(info), body]),
        ctx,
      ),
  });
}

function bodies(change: (body: Readable) => Promise<Buffer>): Defect {
  return (honest) => ({
    backup: (request, sink, ctx) => {
      const write: ArtifactSink["write"] = async (info, body) => sink.write(info, Readable.from([await change(body)]));
      return honest.backup(request, { write }, ctx);
    },
  });
}

async function cut(body: Readable): Promise<Buffer> {
  const bytes = await buffer(body);
  return bytes.subarray(0, bytes.length - 1);
}

async function withoutLastRow(body: Readable): Promise<Buffer> {
  return Buffer.from((await text(body)).replace(/,"[^"]*":"[^"]*"(\}+)$/, "$1"));
}

function cached(): Defect {
  return (honest) => {
    const first = new Map<string, Buffer>();
    const remember = async (name: string, body: Readable): Promise<Buffer> => {
      const bytes = await buffer(body);
      if (!first.has(name)) first.set(name, bytes);
      return first.get(name) ?? bytes;
    };
    return {
      backup: (request, sink, ctx) =>
        honest.backup(
          request,
          { write: async (info, body) => sink.write(info, Readable.from([await remember(info.name, body)])) },
          ctx,
        ),
    };
  };
}

function torn(honest: Engine, path: string): Partial<Engine> {
  return {
    backup: async (request, sink, ctx) => {
      const taken = await honest.backup(
        request,
        { write: async ({ name }) => ({ name, plainBytes: 0, storedBytes: 0 }) },
        ctx,
      );
      const seen: Record<string, Readonly<Record<string, string>>> = {};
      for (const table of Object.keys(await readToyData(path))) {
        seen[table] = (await readToyData(path))[table] ?? {};
        const body = Readable.from([JSON.stringify({ [table]: seen[table] })], { objectMode: false });
        await sink.write({ name: `${encodeURIComponent(table)}.json`, mediaType: "application/json" }, body);
      }
      return { ...taken, fingerprint: toyFingerprint(seen) };
    },
  };
}

function hasty(sink: ArtifactSink): ArtifactSink {
  const write: ArtifactSink["write"] = async (info, body) => {
    sink.write(info, body).catch(() => undefined);
    return { name: info.name, plainBytes: 0, storedBytes: 0 };
  };
  return { write };
}
