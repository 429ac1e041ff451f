import { type ArtifactSink, type ArtifactSource, abortStream, DbsaveError, type RunContext } from "@dbsave/core";
import { manifestName } from "../artifacts.ts";
import { uploadManifest } from "../protocol/upload-manifest.ts";
import type { Walsender } from "../protocol/walsender.ts";
import type { PhysicalServer } from "../server-facts.ts";
import { refusalOf } from "./refusal.ts";

/** What was taken, and how. */
export interface TakenUpon<T> {
  readonly taken: T;
  /** Null when it is full. */
  readonly parent: ArtifactSource | null;
  /** Why it is full, where a parent was given. */
  readonly fullBecause?: string;
}

/**
 * Takes a base backup upon `parent`, or a full one when that cannot be: an older server, no WAL summaries, another cluster or timeline,
 * a parent that cannot be read. Whatever the server says against it before it sends anything counts; what stops a full one
 * as well is its failure.
 */
export async function takeUpon<T>(
  parent: ArtifactSource,
  { server, walsender }: { readonly server: PhysicalServer; readonly walsender: Walsender },
  take: (incremental: boolean, sink: ArtifactSink) => Promise<T>,
  sink: ArtifactSink,
  { signal }: RunContext,
): Promise<TakenUpon<T>> {
  let hasBegun = false;
  const watched: ArtifactSink = {
    write: (info, body) => {
      hasBegun = true;
      return sink.write(info, body);
    },
  };
  try {
    const refusal = refusalOf(parent.manifest, server);
    if (refusal !== null) throw new DbsaveError("UNSUPPORTED", refusal);
    const manifest = await parent.open(manifestName);
    await uploadManifest(walsender, abortStream(manifest, signal, `postgres: reading ${manifestName}`));
    return { taken: await take(true, watched), parent };
  } catch (error) {
    if (hasBegun || signal.aborted) throw error;
    const fullBecause = error instanceof Error ? error.message : String(error);
    return { taken: await take(false, sink), parent: null, fullBecause };
  }
}
