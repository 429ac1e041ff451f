import { Readable } from "node:stream";
import { type ArtifactSource, DbsaveError } from "@dbsave/core";
import { pieces } from "../codec/sample-bytes.ts";
import type { HeldBackup } from "./held-backup.ts";

/** What a stream gives, and what it does then. */
export interface Script {
  readonly chunks: readonly Buffer[];
  readonly atEnd: "end" | "stall" | Error;
}

export type Direct = (bytes: Buffer) => Script;

export interface Replay extends ArtifactSource {
  /** Names of the artifacts that were opened so far. */
  readonly opened: readonly string[];
  /** Resolves when a stream has given its chunks and stalls. */
  readonly stalled: Promise<void>;
}

/** The artifacts of `held` as a repository gives them back; `direct` decides how their bytes come. */
export function replay(held: HeldBackup, direct: Direct = inOddPieces): Replay {
  const opened: string[] = [];
  const stalled = Promise.withResolvers<void>();
  const open = async (name: string): Promise<Readable> => {
    const artifact = held.artifacts.find(({ info }) => info.name === name);
    if (artifact === undefined) throw new DbsaveError("OBJECT_NOT_FOUND", `testkit: there is no artifact "${name}"`);
    opened.push(name);
    return play(direct(artifact.bytes), stalled.resolve);
  };
  return { manifest: held.manifest, opened, stalled: stalled.promise, open };
}

/** One chunk at a time, so that a failure comes after the reader has had everything before it. */
function play({ chunks, atEnd }: Script, onStall: () => void): Readable {
  const left = [...chunks];
  const body = new Readable({
    highWaterMark: 1,
    read() {
      const chunk = left.shift();
      if (chunk !== undefined) this.push(chunk);
      else if (atEnd === "stall") onStall();
      else if (atEnd === "end") this.push(null);
      else this.destroy(atEnd);
    },
  });
  return body.on("error", keepForReader);
}

/** Several pieces of any length. */
export function inOddPieces(bytes: Buffer): Script {
  return { chunks: pieces(bytes, Math.min(5000, Math.ceil(bytes.length / 4)), bytes.length), atEnd: "end" };
}

export function atOnce(bytes: Buffer): Script {
  return { chunks: bytes.length === 0 ? [] : [bytes], atEnd: "end" };
}

/** The first and the last bytes one by one. */
export function byteByByte(bytes: Buffer): Script {
  const single = 2000;
  const middle = bytes.subarray(single, Math.max(single, bytes.length - single));
  const last = bytes.subarray(single + middle.length);
  return { chunks: [...split(bytes.subarray(0, single)), ...split(middle, 4096), ...split(last)], atEnd: "end" };
}

export function halfThen(atEnd: Script["atEnd"]): Direct {
  return (bytes) => ({ chunks: split(bytes.subarray(0, Math.ceil(bytes.length / 2)), 4096), atEnd });
}

export function allThen(atEnd: Script["atEnd"]): Direct {
  return (bytes) => ({ chunks: split(bytes, 4096), atEnd });
}

function split(bytes: Buffer, length = 1): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
    bytes.subarray(index * length, (index + 1) * length),
  );
}

/** To be listened with: whoever reads the stream sees its error. */
function keepForReader(): void {}
