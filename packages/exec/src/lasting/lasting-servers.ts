import type { LastingServerRunner } from "@dbsave/core";
import { orOnHost } from "../servers/or-on-host.ts";
import { containerLastingServers } from "./container-lasting-servers.ts";
import { type HostLastingServersOptions, hostLastingServers } from "./host-lasting-servers.ts";

/**
 * Starts servers that go on when this process has ended: in a container where an image is named and there, as `containerLastingServers`
 * does, else from the programs of this machine, as `hostLastingServers` does.
 */
export function lastingServers(options: HostLastingServersOptions = {}): LastingServerRunner {
  const onHost = hostLastingServers(options);
  return {
    async start(describe, startOptions) {
      if (startOptions.image === undefined) return await onHost.start(describe, startOptions);
      return await orOnHost(
        () => containerLastingServers(options).start(describe, startOptions),
        () => onHost.start(describe, startOptions),
      );
    },
  };
}
