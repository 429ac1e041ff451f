import { once } from "node:events";
import type { Readable } from "node:stream";
import { type ArtifactInfo, type ArtifactSink, DbsaveError, type StoredArtifact } from "@dbsave/core";

export interface HeldArtifact {
  readonly info: ArtifactInfo;
  readonly bytes: Buffer;
}

/** Where a sink is with one body: before its first byte, after a chunk, after its end. */
export type SinkMoment = "begin" | "chunk" | "end";

/** Waits as long as it likes; what it throws is what the sink fails with. */
export type AtMoment = (moment: SinkMoment, info: ArtifactInfo, body: Readable) => Promise<void> | void;

/** A sink that keeps whole artifacts in memory, and lets a test interfere. */
export interface MemorySink extends ArtifactSink {
  /** What was stored whole. */
  readonly artifacts: readonly HeldArtifact[];
  /** All that `write` was called with. */
  readonly bodies: readonly Readable[];
  /** Calls of `write` that have not come to an end. */
  readonly pending: () => number;
}

export function memorySink(at: AtMoment = () => undefined): MemorySink {
  const artifacts: HeldArtifact[] = [];
  const bodies: Readable[] = [];
  let pending = 0;
  const write = async (info: ArtifactInfo, body: Readable): Promise<StoredArtifact> => {
    bodies.push(body.on("error", keepForReader));
    pending += 1;
    try {
      await at("begin", info, body);
      const chunks: Buffer[] = [];
      for await (const chunk of body) {
        chunks.push(Buffer.from(chunk));
        await at("chunk", info, body);
      }
      await at("end", info, body);
      const bytes = Buffer.concat(chunks);
      artifacts.push({ info, bytes });
      return { name: info.name, plainBytes: bytes.length, storedBytes: bytes.length };
    } catch (error) {
      body.destroy();
      throw error;
    } finally {
      pending -= 1;
    }
  };
  return { artifacts, bodies, pending: () => pending, write };
}

export interface StallingSink extends MemorySink {
  /** Resolves when a body is waiting to be read on. */
  readonly stalled: Promise<void>;
  /** Makes the sink fail, so that nothing waits for ever. */
  readonly release: () => void;
}

/**
 * Stops reading at `moment` until the engine takes the body back: it does not look at `signal`. Only with a body that it
 * has whole, where the engine can do no more, it gives up by itself when `signal` fires.
 */
export function stallingSink(moment: "begin" | "chunk", signal?: AbortSignal): StallingSink {
  const stalled = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  released.promise.catch(() => undefined);
  const cancelled = Promise.withResolvers<void>();
  cancelled.promise.catch(() => undefined);
  signal?.addEventListener("abort", () => cancelled.reject(new DbsaveError("ABORTED", "testkit: storing cancelled")));
  const sink = memorySink(async (now, _info, body) => {
    if (now !== moment) return;
    stalled.resolve();
    if (!body.closed) await Promise.race([once(body, "close"), released.promise]);
    if (body.readableEnded) await Promise.race([cancelled.promise, released.promise]);
  });
  const release = (): void => released.reject(new DbsaveError("STORAGE_FAILED", "testkit: the sink was told to fail"));
  return { ...sink, stalled: stalled.promise, release };
}

/** To be listened with: whoever reads the stream sees its error. */
function keepForReader(): void {}
