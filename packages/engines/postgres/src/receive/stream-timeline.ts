import { DbsaveError, formatBytes } from "@dbsave/core";
import { type NextTimeline, type WalMessage, WalStream } from "../physical/protocol/wal-stream.ts";
import type { Walsender } from "../physical/protocol/walsender.ts";
import { formatLsn } from "../wal/lsn.ts";
import { isSegmentName, parseSegmentName, startOf } from "../wal/segment.ts";
import { partialName } from "../wal/wal-file.ts";
import { Assembler } from "./assembler.ts";
import type { FillingSegment } from "./filling-segment.ts";
import type { Alarm } from "./receiver-event.ts";
import type { ReceiverSettings } from "./receiver-options.ts";
import { type StartingPoint, segmentStart } from "./resume-point.ts";
import type { Source } from "./source.ts";
import type { SpoolArchive } from "./spool-archive.ts";

const statusEveryMs = 10_000;
/** So many of our messages are left without an answer before the server counts as gone. */
const patience = 6;
const answerWithinMs = 5_000;

export interface Streaming {
  readonly walsender: Walsender;
  readonly source: Source;
  readonly settings: ReceiverSettings;
  readonly archive: SpoolArchive;
  /** That the server keeps too much for the slot. */
  readonly lag: Alarm;
  /** Where files of the server are in the spool. */
  readonly folder: string;
  /** Segments that are whole in the spool already. */
  readonly waiting: readonly string[];
  /** A file is whole in the spool. */
  onWaiting(): void;
  onStarted(): void;
}

/**
 * Receives a timeline from `start` on into the spool, until the server leaves it or `stop` fires, which resolves with null. The server is
 * told that WAL is safe when it is in the log, and not before: until then its slot keeps it, so that the spool may be lost.
 */
export async function streamTimeline(
  start: StartingPoint,
  streaming: Streaming,
  stop: AbortSignal,
): Promise<NextTimeline | null> {
  const stream = new WalStream(streaming.walsender, { ...start, slot: streaming.settings.slot });
  return await new TimelineStream(stream, start, streaming).receive(stop);
}

class TimelineStream {
  readonly #stream: WalStream;
  readonly #start: StartingPoint;
  readonly #streaming: Streaming;
  readonly #assembler: Assembler;
  /** Where the files end that wait in the spool. */
  readonly #ends = new Map<string, bigint>();
  readonly #statusEveryMs: number;
  #safe = 0n;
  #serverEnd = 0n;
  #isAnswering = false;

  constructor(stream: WalStream, start: StartingPoint, streaming: Streaming) {
    this.#stream = stream;
    this.#start = start;
    this.#streaming = streaming;
    const { folder, source, waiting } = streaming;
    for (const name of waiting) {
      const segment = parseSegmentName(name, source.segmentBytes);
      if (segment !== null) this.#ends.set(name, startOf(segment.number + 1n, source.segmentBytes));
    }
    this.#statusEveryMs = Math.min(statusEveryMs, (source.timeoutMs ?? Infinity) / 4);
    this.#assembler = new Assembler(folder, start, source.segmentBytes, {
      onFinishing: (name, end) => this.#ends.set(name, end),
      onWaiting: () => streaming.onWaiting(),
    });
  }

  async receive(stop: AbortSignal): Promise<NextTimeline | null> {
    const { archive } = this.#streaming;
    using _ = archive.follow(
      () => this.#filling(),
      (name) => this.#archived(name),
    );
    const timer = setInterval(() => this.#tick(), this.#statusEveryMs);
    const finish = (): void => void this.#finish();
    stop.addEventListener("abort", finish, { once: true });
    try {
      await this.#read(stop);
      if (this.#stream.next() !== null) await this.#assembler.end();
      return this.#stream.next();
    } finally {
      stop.removeEventListener("abort", finish);
      clearInterval(timer);
      this.#stream.destroy();
      await this.#assembler.leave();
    }
  }

  async #read(stop: AbortSignal): Promise<void> {
    const { archive, settings } = this.#streaming;
    for await (const message of this.#stream as AsyncIterable<WalMessage>) {
      if (message.kind === "started") {
        this.#tick();
        this.#streaming.onStarted();
        if (stop.aborted) void this.#finish();
        continue;
      }
      this.#serverEnd = message.end;
      this.#watchLag();
      if (message.kind === "data") {
        await archive.room(settings.spoolBytes, stop);
        await this.#assembler.take(message.start, message.bytes);
      } else if (message.isReplyWanted) void this.#answer();
    }
  }

  #tick(): void {
    this.#stream.tell(this.#assembler.position, this.#safe);
    this.#watchLag();
    if (this.#stream.silentMs() > patience * this.#statusEveryMs)
      this.#stream.destroy(new DbsaveError("CONNECT_FAILED", "postgres: the server says nothing any more"));
  }

  /**
   * A server that shuts down asks until all its WAL is safe, and waits for that. So what there is of the last segment is archived now;
   * when that does not work, the server must not wait for us: its slot keeps the WAL.
   */
  async #answer(): Promise<void> {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    const impatience = setTimeout(() => {
      this.#stream.destroy(
        new DbsaveError("TIMED_OUT", "postgres: the server waits for WAL that cannot be archived now"),
      );
    }, answerWithinMs);
    try {
      await this.#streaming.archive.flush();
      this.#stream.tell(this.#assembler.position, this.#safe);
    } catch (error) {
      this.#stream.destroy(error instanceof Error ? error : new Error(String(error)));
    } finally {
      clearTimeout(impatience);
      this.#isAnswering = false;
    }
  }

  async #finish(): Promise<void> {
    try {
      await this.#streaming.archive.flush();
      this.#stream.tell(this.#assembler.position, this.#safe);
    } catch {
      // It was told as an alarm; the spool and the server have the WAL.
    }
    this.#stream.stop();
  }

  #filling(): FillingSegment | null {
    const { filling, position } = this.#assembler;
    if (filling === null) return null;
    const start = segmentStart(position, this.#streaming.source.segmentBytes);
    this.#ends.set(partialName(filling.name, filling.bytes), start + BigInt(filling.bytes));
    return filling;
  }

  /**
   * A beginning may be archived before the whole segments in front of it, and says nothing then. A whole one may not: what was passed over
   * is not in the spool any more, and must come from the server again.
   */
  #archived(name: string): void {
    const end = this.#ends.get(name);
    if (end === undefined) return;
    const passed = [...this.#ends].filter(([, before]) => before < end).map(([known]) => known);
    const waiting = passed.find(isSegmentName);
    if (waiting !== undefined) {
      if (isSegmentName(name)) this.#vanished(waiting);
      return;
    }
    for (const known of [...passed, name]) this.#ends.delete(known);
    this.#safe = end;
    this.#stream.tell(this.#assembler.position, end);
    this.#watchLag();
  }

  #vanished(name: string): void {
    const message = `postgres: ${name} vanished from the spool before it was archived`;
    this.#stream.destroy(new DbsaveError("STORAGE_FAILED", message, { hint: "Let nobody else write there." }));
  }

  #watchLag(): void {
    const { lag, settings, source } = this.#streaming;
    const safe = this.#safe || this.#start.position;
    const lagBytes = Number(this.#serverEnd - safe);
    const limit = Math.min(settings.lagAlarmBytes, (source.slotKeepsBytes ?? Infinity) / 2);
    if (lagBytes > limit)
      lag.raise(
        `the server keeps ${formatBytes(lagBytes)} of WAL for slot ${settings.slot} that is not archived`,
        source.slotKeepsBytes === null
          ? "Its disk fills. See why archiving is slow, and limit it: ALTER SYSTEM SET max_slot_wal_keep_size = '…'; SELECT pg_reload_conf();"
          : `It gives the slot up at ${formatBytes(source.slotKeepsBytes)} (max_slot_wal_keep_size). See why archiving is slow.`,
      );
    else if (lagBytes < limit / 2) lag.clear(`slot ${settings.slot}: archiving has caught up to ${formatLsn(safe)}`);
  }
}
