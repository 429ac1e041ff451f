import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { StorageConfig } from "@dbsave/config";
import {
  DbsaveError,
  formatBytes,
  isDbsaveError,
  keys,
  listTargets,
  openRepository,
  type Repository,
  readCatalog,
} from "@dbsave/core";
import { counted, formatDuration } from "../output/quantities.ts";
import type { Session } from "../session/session.ts";
import { type Check, ok } from "./check.ts";

const clockToleranceMs = 60_000;

/** Reads, writes and deletes in the storage for real, and looks at what is there. */
export async function* checkStorage(config: StorageConfig, isAdHoc: boolean, session: Session): AsyncGenerator<Check> {
  const { signal } = session;
  const about = `storage ${config.description}`;
  await using repository = await openRepository(await config.create(), { signal }).catch((error: unknown) => {
    if (isAdHoc && isDbsaveError(error, "REPOSITORY_NOT_FOUND")) return null;
    throw error;
  });
  if (repository === null) {
    yield { severity: "info", about, message: "no repository yet: the first backup makes it" };
    return;
  }
  yield ok(about, `a repository, ${repository.id}`);
  const skewMs = await writeAndRead(repository, session);
  yield ok(about, "can be written, read and deleted in");
  if (Math.abs(skewMs) > clockToleranceMs) {
    const message = `its clock differs from this one by ${formatDuration(Math.abs(skewMs))}`;
    yield { severity: "warning", about, message, fix: "Set both clocks by NTP." };
  }
  const free = await repository.storage.freeBytes?.(signal);
  if (free !== undefined) yield ok(about, `${formatBytes(free)} free`);
  for (const target of await listTargets(repository, signal)) yield* checkTarget(repository, target, about, session);
}

/** How far the storage's clock is ahead, in milliseconds. */
async function writeAndRead({ storage }: Repository, { signal, run }: Session): Promise<number> {
  const key = `${keys.runs}doctor-${randomBytes(8).toString("hex")}.probe`;
  const bytes = randomBytes(4096);
  try {
    const { modifiedAt } = await storage.put(key, Readable.from([bytes]), { signal, ifExists: "fail" });
    const skewMs = modifiedAt.getTime() - run.now().getTime();
    if (!bytes.equals(await buffer(await storage.get(key, { signal })))) {
      throw new DbsaveError("CHECKSUM_MISMATCH", `${storage.name}: what was written reads back differently`);
    }
    return skewMs;
  } finally {
    await storage.delete(key, signal);
  }
}

async function* checkTarget(
  repository: Repository,
  target: string,
  about: string,
  session: Session,
): AsyncGenerator<Check> {
  const { signal, run } = session;
  const { entries, damaged, unfinished } = await readCatalog(repository, target, signal);
  const place = `${about}, ${target}`;
  yield ok(place, `${counted(entries.length, "backup")}, ${counted(unfinished.length, "unfinished folder")}`);
  for (const { error } of damaged)
    yield { severity: "error", about: place, code: error.code, message: error.message, fix: error.hint };
  for await (const { key } of repository.storage.list(keys.locks(target), signal)) {
    yield {
      severity: "info",
      about: place,
      message: `a lock is held: ${key}`,
      fix: "A run is going on. The lock of a dead run is taken over by the next one.",
    };
  }
  const ahead = entries.find(({ manifest }) => manifest.startedAt > run.now());
  if (ahead !== undefined) {
    const message = `backup ${ahead.manifest.id} is in the future: this clock or the one before was wrong`;
    yield {
      severity: "warning",
      about: place,
      message,
      fix: "Set the clock. Pruning is frozen until time has caught up.",
    };
  }
}
