import { Readable } from "node:stream";
import type { Submittable } from "pg";
import { formatLsn, parseLsn } from "../../wal/lsn.ts";
import type { Walsender } from "./walsender.ts";

/** What a server sends while it streams its WAL. `end` is how far its own WAL goes. */
export type WalMessage =
  | { readonly kind: "started" }
  | { readonly kind: "data"; readonly start: bigint; readonly bytes: Buffer; readonly end: bigint }
  | { readonly kind: "keepalive"; readonly end: bigint; readonly isReplyWanted: boolean };

/** Where the server's WAL goes on after the timeline that was streamed. */
export interface NextTimeline {
  readonly timeline: number;
  readonly position: bigint;
}

export interface WalRequest {
  readonly slot: string;
  readonly timeline: number;
  /** A segment's beginning. */
  readonly position: bigint;
}

/** The driver's connection, with what its published types leave out. */
interface Wire {
  query(text: string): void;
  once(event: "replicationStart" | "copyDone", listener: () => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

const queuedMessages = 64;
/** The server counts microseconds from the year 2000. */
const epochMicroseconds = 946_684_800_000_000n;

/**
 * A running START_REPLICATION: messages in the order in which the server sends them, until `stop`, or the end of the timeline when
 * the server has left it. The server waits while nobody reads. A failure of the server or the connection is the stream's.
 */
export class WalStream extends Readable implements Submittable {
  readonly #walsender: Walsender;
  readonly #command: string;
  #wire: Wire | null = null;
  #hasEnded = false;
  #isStopping = false;
  #isPaused = false;
  #next: NextTimeline | null = null;
  #heardAt = performance.now();

  constructor(walsender: Walsender, { slot, timeline, position }: WalRequest) {
    super({ objectMode: true, highWaterMark: queuedMessages });
    this.#walsender = walsender;
    this.#command = `START_REPLICATION SLOT ${slot} PHYSICAL ${formatLsn(position)} TIMELINE ${timeline}`;
    walsender.submit(this);
  }

  /** Known when all messages have been read; null when the server has not left the timeline. */
  next(): NextTimeline | null {
    return this.#next;
  }

  /** For how long the server has said nothing, though it was listened to. */
  silentMs(): number {
    return this.#isPaused ? 0 : performance.now() - this.#heardAt;
  }

  /** Tells the server what was received and what of it is safe, and asks it for a sign of life. */
  tell(received: bigint, safe: bigint): void {
    if (this.#isStopping || this.#wire === null) return;
    const status = Buffer.alloc(34);
    status.write("r");
    status.writeBigUInt64BE(received, 1);
    status.writeBigUInt64BE(safe, 9);
    status.writeBigUInt64BE(0n, 17);
    status.writeBigUInt64BE(BigInt(Date.now()) * 1000n - epochMicroseconds, 25);
    status[33] = 1;
    this.#wire.sendCopyFromChunk(status);
  }

  /** Asks the server to end; messages that were not read are still given. */
  stop(): void {
    if (this.#isStopping || this.#wire === null) return;
    this.#isStopping = true;
    this.#wire.endCopyFrom();
    this.#resume();
  }

  submit(connection: object): void {
    const wire = connection as Wire;
    wire.once("replicationStart", () => {
      this.#wire = wire;
      this.#take({ kind: "started" });
    });
    wire.once("copyDone", () => this.stop());
    wire.query(this.#command);
  }

  handleRowDescription(): void {}

  handleDataRow({ fields: [timeline, position] }: { readonly fields: readonly (string | null)[] }): void {
    if (timeline && position) this.#next = { timeline: Number(timeline), position: parseLsn(position) };
  }

  handleCommandComplete(): void {}

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#heardAt = performance.now();
    if (this.#isStopping) return;
    const kind = String.fromCharCode(chunk[0] ?? 0);
    if (kind === "w") {
      const bytes = Buffer.from(chunk.subarray(25)); // the driver's own memory is used again
      this.#take({ kind: "data", start: chunk.readBigUInt64BE(1), end: chunk.readBigUInt64BE(9), bytes });
    } else if (kind === "k") {
      this.#take({ kind: "keepalive", end: chunk.readBigUInt64BE(1), isReplyWanted: chunk[17] === 1 });
    }
  }

  handleError(error: Error): void {
    this.#hasEnded = true;
    this.destroy(this.#walsender.failure(error, "START_REPLICATION"));
  }

  handleReadyForQuery(): void {
    this.#hasEnded = true;
    this.push(null);
  }

  override _read(): void {
    this.#resume();
  }

  /** The server goes on sending until the connection ends. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#hasEnded) this.#walsender.cut();
    done(error);
  }

  #take(message: WalMessage): void {
    if (this.push(message) || this.#isPaused) return;
    this.#isPaused = true;
    this.#walsender.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#heardAt = performance.now();
    this.#walsender.resume();
  }
}
