import type { Secret, ServerImage } from "@dbsave/core";

/** A server whose address may be another one tomorrow. */
export interface ServerLocator {
  /** How messages call it: `compose:shop/db`. */
  readonly name: string;
  locate(signal: AbortSignal): Promise<LocatedServer>;
}

/** Where a server is at the moment, and what its surroundings say of it: how a container was told to make it. */
export interface LocatedServer {
  readonly host: string;
  readonly port: number;
  /** Holds where the options say none. */
  readonly user?: string;
  /** Of `user`; not used for another one. */
  readonly password?: Secret;
  /** Holds where the options say none. */
  readonly database?: string;
  /** Recorded with each backup, so that throw-away servers can be of the same one. */
  readonly image?: ServerImage;
}
