import { containerSource } from "@dbsave/config";
import type { Codec, Engine, Manifest } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import type { Keys } from "./keys.ts";
import { targetAt } from "./live-targets.ts";
import type { Shelf } from "./shelf.ts";

interface Request {
  readonly into?: string;
}

/** What a restore reads with and writes through. */
export interface RestorePlace<R extends Request> extends AsyncDisposable {
  readonly decoders: readonly Codec[];
  readonly engine: Engine;
  /** As `engine` understands it: without a place for its own source. */
  readonly request: R | Omit<R, "into">;
}

/** `into` is a place that the target's engine knows, or a container with a server of its own: `docker:pg/orders`. */
export async function openRestorePlace<R extends Request>(
  shelf: Shelf,
  { engine: kind }: Manifest,
  keys: Keys,
  request: R,
  session: Session,
): Promise<RestorePlace<R>> {
  await using opened = new AsyncDisposableStack();
  const { into = "", ...others } = request;
  const inside = containerSource(into);
  const { job, decoders } = opened.use(await shelf.open(kind, keys, inside === undefined ? request.into : undefined));
  const there = inside === undefined ? undefined : opened.use(await (await targetAt(into, session, kind)).open());
  const kept = opened.move();
  return {
    decoders,
    engine: there?.job.engine ?? job.engine,
    request: inside === undefined ? request : { ...others, ...(inside.database && { into: inside.database }) },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
