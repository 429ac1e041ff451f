import type { ServerRunner } from "@dbsave/core";
import { containerServers } from "./container-servers.ts";
import { type HostServersOptions, hostServers } from "./host-servers.ts";
import { orOnHost } from "./or-on-host.ts";

/**
 * Starts throw-away servers in a container where an image is named, as `containerServers` does, else from the programs of this
 * machine, as `hostServers` does; `root` is for these. Those will do as well where there is no engine or no such image; if they are missing, too, the
 * error is the one of the container.
 */
export function throwAwayServers({ root, ...options }: HostServersOptions = {}): ServerRunner {
  const onHost = hostServers({ ...options, ...(root !== undefined && { root }) });
  return {
    async start(describe, startOptions) {
      if (startOptions.image === undefined) return await onHost.start(describe, startOptions);
      return await orOnHost(
        () => containerServers(options).start(describe, startOptions),
        () => onHost.start(describe, startOptions),
      );
    },
  };
}
