import { type FSWatcher, watch } from "node:fs";
import { chmod, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { systemCode } from "@dbsave/core";
import type { DaemonStatus } from "../daemon/daemon-status.ts";
import { changedAt } from "./changed-at.ts";
import type { Spool } from "./spool.ts";

/** What a shim asks for. */
export interface Request {
  /** Names its file in each directory of the spool. */
  readonly id: string;
  /** Of the file to archive. */
  readonly name: string;
  /** Number of the file on its file system, which tells whether it is the same here; null: a copy of it is in the spool. */
  readonly inode: string | null;
}

/** What the shim does: ends with this status, or makes a copy and asks again. The lines go to the server's log. */
export interface Answer {
  readonly status: number | "copy";
  readonly message: string;
}

/** Where the system does not tell of new files, as on network file systems, they are seen after so long. */
const lookEveryMs = 200;
/** Between two attempts to write an answer. */
const againMs = 1_000;
const form = /^(?<name>[A-Za-z0-9.]{1,64})\.\d+$/;

/**
 * Answers what shims ask until `signal` fires, several at once. A request stays until its answer is written, so that neither a full
 * disk nor the death of the daemon loses one.
 */
export async function serveRequests(
  spool: Spool,
  answer: (request: Request) => Promise<Answer>,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const busy = new Map<string, Promise<void>>();
  const serve = async (id: string): Promise<void> => {
    const request = await readRequest(spool, id);
    if (request === null) return;
    const answered = await answer(request);
    // First, because on a full disk the answer takes its room.
    if (request.inode === null) await rm(join(spool.copies, id), { force: true, recursive: true });
    await give(id, answered);
    await rm(join(spool.requests, id), { force: true });
  };
  /** Again and again, as long as somebody waits for it. */
  const give = async (id: string, answered: Answer): Promise<void> => {
    try {
      await writeAnswer(spool, id, answered);
    } catch (error) {
      tell(`${id}: the answer cannot be written: ${String(error)}`);
      await setTimeout(againMs, undefined, { signal });
      if ((await readRequest(spool, id)) !== null) await give(id, answered);
    }
  };
  const start = (id: string): void => {
    const serving = serve(id).catch(async (error: Error) => {
      if (signal.aborted) return; // the request is there for the next daemon
      tell(`${id}: ${error.message}`);
      await setTimeout(againMs, undefined, { signal }).catch(() => undefined);
    });
    busy.set(
      id,
      serving.finally(() => busy.delete(id)),
    );
  };
  using bell = bellOf(spool.requests, signal);
  while (!signal.aborted) {
    const news = bell.next();
    for (const id of await readdir(spool.requests)) if (!busy.has(id)) start(id);
    await news;
  }
  await Promise.all(busy.values());
}

/** How many there are, and since when the oldest waits. */
export async function waitingRequests({ requests }: Spool): Promise<DaemonStatus["waiting"]> {
  const times = await Promise.all((await readdir(requests)).map((id) => changedAt(join(requests, id))));
  const [oldest = null] = times.filter((time) => time !== null).toSorted((a, b) => Number(a) - Number(b));
  return { files: times.length, oldest: oldest?.toISOString() ?? null };
}

/** Null for what is no request, or is not written whole yet. */
async function readRequest({ requests }: Spool, id: string): Promise<Request | null> {
  const name = form.exec(id)?.groups?.["name"];
  if (name === undefined) return null;
  try {
    const [words, inode = null] = /^(?:here (\d+)|copied)\n$/.exec(await readFile(join(requests, id), "utf8")) ?? [];
    return words === undefined ? null : { id, name, inode };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Seen whole or not at all. */
async function writeAnswer({ answers }: Spool, id: string, { status, message }: Answer): Promise<void> {
  const temporary = join(answers, `.${id}`);
  await writeFile(temporary, `${status}\n${message}${message === "" ? "" : "\n"}`);
  await chmod(temporary, 0o644); // whatever root's umask is
  await rename(temporary, join(answers, id));
}

/** Rings when something changes in a directory, now and then anyway, and when `signal` fires. */
function bellOf(directory: string, signal: AbortSignal): Disposable & { next(): Promise<void> } {
  let ring = Promise.withResolvers<void>();
  const sound = (): void => ring.resolve();
  const watcher = watcherOf(directory, sound);
  const timer = setInterval(sound, lookEveryMs);
  signal.addEventListener("abort", sound);
  return {
    next: () => {
      ring = Promise.withResolvers();
      return ring.promise;
    },
    [Symbol.dispose]: () => {
      watcher?.close();
      clearInterval(timer);
      signal.removeEventListener("abort", sound);
    },
  };
}

/** Null where the system has no more of them; the directory is looked into anyway. */
function watcherOf(directory: string, sound: () => void): FSWatcher | null {
  try {
    const watcher = watch(directory, sound);
    return watcher.on("error", () => watcher.close());
  } catch {
    return null;
  }
}
