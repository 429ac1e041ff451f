import { DbsaveError } from "@dbsave/core";
import { formatLsn } from "../wal/lsn.ts";
import { segmentAt, segmentName } from "../wal/segment.ts";
import { FillingSegment } from "./filling-segment.ts";
import type { StartingPoint } from "./resume-point.ts";

/** Makes segments of a timeline's WAL, in the order in which it comes. */
export class Assembler {
  readonly #folder: string;
  readonly #timeline: number;
  readonly #segmentBytes: number;
  readonly #onWaiting: (name: string, end: bigint) => void;
  #position: bigint;
  #filling: FillingSegment | null = null;

  /** `onWaiting` is told of each file that is whole in `folder`, and where in the WAL its end is. */
  constructor(
    folder: string,
    { timeline, position }: StartingPoint,
    segmentBytes: number,
    onWaiting: (name: string, end: bigint) => void,
  ) {
    this.#folder = folder;
    this.#timeline = timeline;
    this.#position = position;
    this.#segmentBytes = segmentBytes;
    this.#onWaiting = onWaiting;
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
    this.#filling = null;
    const name = await filling?.end();
    if (typeof name === "string") this.#onWaiting(name, this.#position);
  }

  /** The segment that is not whole stays to be filled again. */
  async leave(): Promise<void> {
    const filling = this.#filling;
    this.#filling = null;
    await filling?.leave();
  }

  async #finish(segment: FillingSegment): Promise<void> {
    this.#filling = null;
    await segment.finish();
    this.#onWaiting(segment.name, this.#position);
  }

  #name(): string {
    const number = segmentAt(this.#position, this.#segmentBytes);
    return segmentName({ timeline: this.#timeline, number }, this.#segmentBytes);
  }
}
