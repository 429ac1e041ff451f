import { EventEmitter, once } from "node:events";
import { rm, stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { isDbsaveError, type LogFile, type LogStore, systemCode } from "@dbsave/core";
import { folderOf, partialName, walFileOf } from "../wal/wal-file.ts";
import { archiveSpooled } from "./archive-spooled.ts";
import type { FillingSegment } from "./filling-segment.ts";
import { Alarm, type ReportReceiver } from "./receiver-event.ts";
import { backoffMs, mayPass, ofSpool } from "./retry.ts";
import type { Spool } from "./spool.ts";

/** Brings what is in a spool into a log, oldest first and one after the other; what is there leaves the spool. */
export class SpoolArchive {
  readonly #spool: Spool;
  readonly #log: LogStore;
  readonly #report: ReportReceiver;
  readonly #storage: Alarm;
  readonly #events = new EventEmitter();
  /** How much of each segment that is not whole the log has, in files of their own. */
  readonly #beginnings = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #waitingBytes = 0;
  #hasMore = true;
  #filling: () => FillingSegment | null = () => null;

  private constructor(spool: Spool, log: LogStore, report: ReportReceiver) {
    this.#spool = spool;
    this.#log = log;
    this.#report = report;
    this.#storage = new Alarm(report);
  }

  /** With what an earlier receiver left. */
  static async open(spool: Spool, log: LogStore, report: ReportReceiver): Promise<SpoolArchive> {
    const archive = new SpoolArchive(spool, log, report);
    for (const { path, isFilling } of await spool.list()) if (!isFilling) archive.wake(await sizeOf(path));
    return archive;
  }

  /** A stream fills segments and wants to know what was archived. */
  follow(filling: () => FillingSegment | null, onArchived: (name: string) => void): Disposable {
    this.#filling = filling;
    this.#events.on("archived", onArchived);
    return {
      [Symbol.dispose]: () => {
        this.#filling = () => null;
        this.#events.off("archived", onArchived);
      },
    };
  }

  /** These are in the log: beginnings are removed when more of their segments is archived. */
  know(files: readonly LogFile[]): void {
    for (const { name } of files) {
      const file = walFileOf(name);
      if (file?.kind === "partial" && file.bytes !== null)
        this.#beginnings.set(file.segment, Math.max(file.bytes, this.#beginnings.get(file.segment) ?? 0));
    }
  }

  /** So much more waits. */
  wake(bytes: number): void {
    this.#waitingBytes += bytes;
    this.#hasMore = true;
    this.#events.emit("waiting");
  }

  /** Resolves when less than `bytes` wait, or `stop` fires. */
  async room(bytes: number, stop: AbortSignal): Promise<void> {
    while (this.#waitingBytes >= bytes && !stop.aborted)
      await once(this.#events, "room", { signal: stop }).catch((error: unknown) => {
        if (!stop.aborted) throw error;
      });
  }

  /** Resolves when everything that the spool holds now is archived, durably, also of segments that are not whole. */
  async flush(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#archiveWaiting();
      await this.#archiveFilling();
    });
  }

  /**
   * Archives what comes until `finished` fires, beginnings of segments every so often, and then the rest. A storage that fails is tried
   * again, and an alarm; rejects for what will not get better by itself, and when `signal` fires.
   */
  async run(everyMs: number | null, finished: AbortSignal, signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; ) {
      const isDue = await this.#next(failures > 0 ? backoffMs(failures) : everyMs, failures > 0, finished, signal);
      signal.throwIfAborted();
      const isLast = finished.aborted;
      try {
        if (isLast || (isDue && everyMs !== null)) await this.flush();
        else await this.#inTurn(() => this.#archiveWaiting());
        failures = 0;
      } catch (error) {
        if (signal.aborted || !mayPass(error)) throw error;
        failures += 1;
      }
      if (isLast) return; // what the storage did not take stays in the spool, and was told
    }
  }

  /** Waits for something to do. True: for so long that beginnings are due. */
  async #next(everyMs: number | null, isPaused: boolean, finished: AbortSignal, signal: AbortSignal): Promise<boolean> {
    if (finished.aborted || signal.aborted || (this.#hasMore && !isPaused)) return false;
    const over = new AbortController();
    const either = AbortSignal.any([finished, signal, over.signal]);
    const woken = isPaused ? [] : [once(this.#events, "waiting", { signal: either }).then(() => false)];
    const due = everyMs === null ? [] : [pause(everyMs, true, { signal: either })];
    try {
      return await Promise.race([...woken, ...due]);
    } catch (error) {
      if (finished.aborted || signal.aborted) return false;
      throw error;
    } finally {
      over.abort();
      await Promise.allSettled([...woken, ...due]);
    }
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined); // whoever waits for `turn` is told
    try {
      await turn;
    } catch (cause) {
      const error = ofSpool(cause, this.#spool.directory);
      if (isDbsaveError(error) && error.code !== "ABORTED")
        this.#storage.raise(`not archived, the WAL waits: ${error.message}`, error.hint);
      throw error;
    }
  }

  async #archiveWaiting(): Promise<void> {
    this.#hasMore = false;
    const waiting = (await this.#spool.list()).filter(({ isFilling }) => !isFilling);
    const sizes = await Promise.all(waiting.map(({ path }) => sizeOf(path)));
    this.#waits(sizes.reduce((sum, size) => sum + size, 0));
    for (const file of waiting) {
      const { size } = await stat(file.path);
      const name = await archiveSpooled(file, size, this.#log);
      await rm(file.path, { force: true });
      this.#waits(this.#waitingBytes - size);
      this.#tell(name);
      await this.#removeBeginnings(file.systemIdentifier, file.name, Number.POSITIVE_INFINITY);
    }
  }

  #waits(bytes: number): void {
    this.#waitingBytes = Math.max(0, bytes);
    this.#events.emit("room");
  }

  async #archiveFilling(): Promise<void> {
    for (const file of await this.#spool.list()) {
      if (!file.isFilling) continue;
      const filling = this.#filling();
      const isCurrent = filling?.name === file.name;
      const bytes = isCurrent ? filling.bytes : await sizeOf(file.path);
      if (bytes <= (this.#beginnings.get(file.name) ?? 0)) {
        this.#events.emit("archived", partialName(file.name, bytes)); // by a receiver before this one
        continue;
      }
      if (isCurrent) await filling.sync();
      try {
        const name = await archiveSpooled(file, bytes, this.#log);
        this.#tell(name);
        await this.#removeBeginnings(file.systemIdentifier, file.name, bytes);
        this.#beginnings.set(file.name, bytes);
      } catch (error) {
        if (systemCode(error) !== "ENOENT") throw error; // it has become whole meanwhile
      }
    }
  }

  /** Those with less than `bytes` of a segment, now that the log has more of it. */
  async #removeBeginnings(systemIdentifier: string, segment: string, bytes: number): Promise<void> {
    if (!this.#beginnings.has(segment)) return;
    for (const file of await this.#log.list(folderOf(systemIdentifier, segment) ?? "")) {
      const known = walFileOf(file.name);
      if (known?.kind === "partial" && known.segment === segment && (known.bytes ?? bytes) < bytes)
        await this.#log.remove(file);
    }
    this.#beginnings.delete(segment);
  }

  #tell(name: string): void {
    this.#storage.clear("archiving works again");
    this.#report({ kind: "archived", message: name });
    this.#events.emit("archived", name);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0; // it has become whole meanwhile
    throw error;
  }
}
