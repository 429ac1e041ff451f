import type { Readable } from "node:stream";
import type { ArtifactInfo, ArtifactSink, ArtifactSource, Engine } from "@dbsave/core";
import type { EngineSubject } from "./engine-subject.ts";
import { toySubject } from "./toy-subject.ts";

/** An engine with one defect, to prove that the suite sees it. */
export interface BrokenEngine {
  /** What it does wrong. */
  readonly name: string;
  /** The promise that must fail. */
  readonly breaks: string;
  readonly create: () => Promise<EngineSubject>;
}

/** What is different from the honest engine whose database is the file at `path`. */
export type Defect = (honest: Engine, path: string) => Partial<Engine>;

/** A toy engine of which `defect` replaces a part. */
export function broken(breaks: string, name: string, defect: Defect): BrokenEngine {
  return { name, breaks, create: () => toySubject((honest, path) => ({ ...honest, ...defect(honest, path) })) };
}

/** `sink`, given something else than the engine made. */
export function sinkBehind(
  sink: ArtifactSink,
  change: (info: ArtifactInfo, body: Readable) => readonly [ArtifactInfo, Readable],
): ArtifactSink {
  return { write: (...artifact) => sink.write(...change(...artifact)) };
}

/** `source`, giving something else than was stored. */
export function sourceBehind(source: ArtifactSource, change: (body: Readable) => Readable): ArtifactSource {
  return { manifest: source.manifest, open: async (name) => change(await source.open(name)) };
}
