import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogStore, memoryStorage, openLog, openRepository, type Repository, type Storage } from "@dbsave/core";
import { expect, onTestFinished } from "vitest";
import type { PostgresOptions } from "../../../src/options.ts";
import { receiveWal } from "../../../src/receive/receive-wal.ts";
import type { ReceiverEvent } from "../../../src/receive/receiver-event.ts";
import type { ReceiverOptions } from "../../../src/receive/receiver-options.ts";

export const slot = "dbsave_receive";
const patienceMs = 30_000;

/** A log and a spool of one test. */
export interface Place {
  readonly repository: Repository;
  readonly log: LogStore;
  readonly spool: string;
}

export async function place(storage: Storage = memoryStorage()): Promise<Place> {
  const repository = await openRepository(storage, { create: true });
  const spool = await mkdtemp(join(tmpdir(), "dbsave-receive-test-"));
  onTestFinished(() => rm(spool, { recursive: true }));
  return { repository, log: openLog(repository, "orders", [], new AbortController().signal), spool };
}

/** A receiver that runs beside the test. */
export class Receiving {
  readonly events: ReceiverEvent[] = [];
  readonly ended: Promise<void>;
  readonly #told = new EventEmitter();
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();

  constructor(server: PostgresOptions, { log, spool }: Place, more: Partial<ReceiverOptions> = {}) {
    const report = (event: ReceiverEvent): void => {
      this.events.push(event);
      this.#told.emit("event");
    };
    const options = { server, log, spool, slot, createSlot: true, partialEveryMs: null, report, ...more };
    this.ended = receiveWal(options, this.#stop.signal, this.#cut.signal);
    this.ended.catch(() => undefined); // whoever asks for it is told
    onTestFinished(async () => {
      this.#cut.abort();
      await Promise.allSettled([this.ended]);
    });
  }

  messages(kind: ReceiverEvent["kind"]): readonly string[] {
    return this.events.filter((event) => event.kind === kind).map(({ message }) => message);
  }

  /** Resolves when `count` such events were told; rejects when the receiver ended before. */
  async until(kind: ReceiverEvent["kind"], message: RegExp = /./, count = 1): Promise<void> {
    const isTold = (): boolean => this.messages(kind).filter((text) => message.test(text)).length >= count;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(patienceMs)]);
    const told = async (): Promise<void> => {
      while (!isTold()) await once(this.#told, "event", { signal });
    };
    try {
      await Promise.race([told(), this.ended]);
    } catch (cause) {
      const events = this.events.map((event) => `${event.kind}: ${event.message}`).join("\n  ");
      throw new Error(`never told: ${kind}: ${message}; but\n  ${events}`, { cause });
    } finally {
      over.abort();
    }
    if (!isTold()) throw new Error(`it ended without: ${kind}: ${message}`);
  }

  /** As SIGTERM would. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  /** As a killed process: nothing is finished. */
  async cut(): Promise<void> {
    this.#cut.abort();
    await Promise.allSettled([this.ended]);
  }
}

type Ask = (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** What the server has in pg_wal: SHA-256 by name of each whole segment before the one that it writes into. */
export async function keptBy(ask: Ask): Promise<ReadonlyMap<string, string>> {
  const rows = await ask(`
    SELECT name, encode(sha256(pg_read_binary_file('pg_wal/' || name)), 'hex') AS sha FROM pg_ls_waldir()
    WHERE name ~ '^[0-9A-F]{24}$' AND name < pg_walfile_name(pg_current_wal_lsn() + 1)`);
  return new Map(rows.map(({ name, sha }) => [String(name), String(sha)]));
}

/** SHA-256 by name of what is archived of a kind: whole segments, beginnings, histories. */
export async function archivedIn(log: LogStore, form: RegExp = /^[0-9A-F]{24}$/): Promise<ReadonlyMap<string, string>> {
  const files = await log.list();
  return new Map(
    files.filter(({ name }) => form.test(name)).map(({ name, plainSha256 }) => [name, plainSha256] as const),
  );
}

/**
 * Fails unless all segments from the first archived one on are archived, byte for byte as the server has them; only those whose names begin
 * with `prefix`. Their names.
 */
export async function expectSame(log: LogStore, ask: Ask, prefix = ""): Promise<readonly string[]> {
  const isMeant = ([name]: readonly [string, string]): boolean => name.startsWith(prefix);
  const archived = new Map([...(await archivedIn(log))].filter(isMeant));
  const names = [...archived.keys()].toSorted();
  const kept = [...(await keptBy(ask))].filter((entry) => isMeant(entry) && entry[0] >= (names[0] ?? ""));
  expect(archived).toEqual(new Map(kept));
  return names;
}
