import { DbsaveError } from "@dbsave/core";
import { formatLsn } from "../wal/lsn.ts";
import { segmentAt, segmentName } from "../wal/segment.ts";
import { partialName } from "../wal/wal-file.ts";
import { FillingSegment } from "./filling-segment.ts";
import type { StartingPoint } from "./resume-point.ts";

export interface AssemblerListener {
  /** A file is about to be whole, whose end is at `end` in the WAL: before anybody else can see it. */
  onFinishing(name: string, end: bigint): void;
  /** A file is whole. */
  onWaiting(): void;
}

/** Makes segments of a timeline's WAL, in the order in which it comes. */
export class Assembler {
  readonly #folder: string;
  readonly #timeline: number;
  readonly #segmentBytes: number;
  readonly #listener: AssemblerListener;
  #position: bigint;
  #filling: FillingSegment | null = null;

  /** `listener` is told of each file that is whole in `folder`. */
  constructor(
    folder: string,
    { timeline, position }: StartingPoint,
    segmentBytes: number,
    listener: AssemblerListener,
  ) {
    this.#folder = folder;
    this.#timeline = timeline;
    this.#position = position;
    this.#segmentBytes = segmentBytes;
    this.#listener = listener;
  }

  /** Everything before it was received. */
  get position(): bigint {
    return this.#position;
  }

  /** The segment that is not whole. */
  get filling(): FillingSegment | null {
    return this.#filling;
  }

  /** SOURCE_INVALID when `bytes` are not what comes next. */
  async take(start: bigint, bytes: Buffer): Promise<void> {
    if (start !== this.#position)
      throw new DbsaveError(
        "SOURCE_INVALID",
        `postgres: the server sent the WAL of ${formatLsn(start)} where that of ${formatLsn(this.#position)} was next`,
      );
    for (let left = bytes; left.length > 0; ) {
      this.#filling ??= await FillingSegment.open(this.#folder, this.#name());
      const part = left.subarray(0, this.#segmentBytes - this.#filling.bytes);
      await this.#filling.append(part);
      this.#position += BigInt(part.length);
      left = left.subarray(part.length);
      if (this.#filling.bytes === this.#segmentBytes) await this.#finish(this.#filling);
    }
  }

  /** The server has left the timeline. */
  async end(): Promise<void> {
    const filling = this.#filling;
    if (filling === null) return;
    this.#filling = null;
    this.#listener.onFinishing(partialName(filling.name, filling.bytes), this.#position);
    await filling.end();
    this.#listener.onWaiting();
  }

  /** The segment that is not whole stays to be filled again. */
  async leave(): Promise<void> {
    const filling = this.#filling;
    this.#filling = null;
    await filling?.leave();
  }

  async #finish(segment: FillingSegment): Promise<void> {
    this.#filling = null;
    this.#listener.onFinishing(segment.name, this.#position);
    await segment.finish();
    this.#listener.onWaiting();
  }

  #name(): string {
    const number = segmentAt(this.#position, this.#segmentBytes);
    return segmentName({ timeline: this.#timeline, number }, this.#segmentBytes);
  }
}
