import { type ErrorCode, isDbsaveError, type ServerRunner } from "@dbsave/core";
import { containerServers } from "./container-servers.ts";
import { type HostServersOptions, hostServers } from "./host-servers.ts";

/** There is no engine, or it cannot make such a server. */
const noContainer: ReadonlySet<ErrorCode> = new Set([
  "CONNECT_FAILED",
  "OPTIONS_INVALID",
  "PERMISSION_DENIED",
  "TOOL_MISSING",
  "UNSUPPORTED",
]);

/**
 * Starts throw-away servers in a container where an image is named, as `containerServers` does, else from the programs of this
 * machine, as `hostServers` does. Those will do as well where there is no engine or no such image; if they are missing, too, the
 * error is the one of the container.
 */
export function throwAwayServers(options: HostServersOptions = {}): ServerRunner {
  const onHost = hostServers(options);
  return {
    async start(describe, startOptions) {
      if (startOptions.image === undefined) return await onHost.start(describe, startOptions);
      try {
        return await containerServers(options).start(describe, startOptions);
      } catch (error) {
        if (!isDbsaveError(error) || !noContainer.has(error.code)) throw error;
        return await onHost.start(describe, startOptions).catch((own: unknown) => {
          throw isDbsaveError(own, "TOOL_MISSING") ? error : own;
        });
      }
    },
  };
}
