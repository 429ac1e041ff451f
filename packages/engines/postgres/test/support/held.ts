import { Readable } from "node:stream";
import type { ArtifactSink, ArtifactSource } from "@dbsave/core";

/** Something that stands still in the middle of a dump until it is released. */
interface Held {
  /** Resolves when the middle is reached. */
  readonly reached: Promise<void>;
  release(): void;
}

/** Keeps what was given whole; takes only the beginning of a dump before it is released. */
export function heldSink(): Held & { readonly sink: ArtifactSink; readonly stored: ReadonlyMap<string, Buffer> } {
  const { hold, ...held } = gate();
  const stored = new Map<string, Buffer>();
  const write: ArtifactSink["write"] = async ({ name }, body) => {
    const chunks: Buffer[] = [];
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      if (name.endsWith(".dump")) await hold();
    }
    const bytes = Buffer.concat(chunks);
    stored.set(name, bytes);
    return { name, plainBytes: bytes.length, storedBytes: bytes.length };
  };
  return { ...held, stored, sink: { write } };
}

/** Gives only the first half of a dump before it is released. */
export function heldSource(source: ArtifactSource): Held & { readonly source: ArtifactSource } {
  const { hold, ...held } = gate();
  const open = async (name: string): Promise<Readable> => {
    const whole = await source.open(name);
    if (!name.endsWith(".dump")) return whole;
    const bytes = Buffer.concat(await whole.toArray());
    const half = bytes.length / 2;
    return Readable.from(
      (async function* () {
        yield bytes.subarray(0, half);
        await hold();
        yield bytes.subarray(half);
      })(),
      { objectMode: false },
    );
  };
  return { ...held, source: { ...source, open } };
}

function gate(): Held & { readonly hold: () => Promise<void> } {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    release: released.resolve,
    hold: async () => {
      reached.resolve();
      await released.promise;
    },
  };
}
