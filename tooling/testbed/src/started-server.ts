/** A server that runs, as the workers of a run tell each other. */
export interface StartedServer {
  /** `postgres://user:password@host:port` of a superuser. */
  readonly url: string;
  /** PEM of the authority that signed the server's certificate; not known of a server that was given by URL. */
  readonly authority?: string;
  readonly container?: TestContainer;
  /** Only on this machine: where the unix socket is, and who may use it without a password. */
  readonly local?: { readonly socketDirectory: string; readonly port: number; readonly user: string };
}

export interface TestContainer {
  readonly id: string;
  readonly name: string;
  /** As Compose would have labelled it: `project/service`. */
  readonly compose: string;
}
