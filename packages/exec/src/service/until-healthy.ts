import { setTimeout } from "node:timers/promises";
import { DbsaveError, type Switched } from "@dbsave/core";
import type Docker from "dockerode";

const lookEveryMs = 250;
/** Of an engine, for a check that does not say how often it may fail. */
const defaultRetries = 3;

/**
 * Waits for the check of a container that is ready now. What failed before says nothing: a server that recovers for long is called unhealthy
 * meanwhile. RESTORE_FAILED when the check fails as often again as it may, TOOL_FAILED, TIMED_OUT, ABORTED.
 */
export async function untilHealthy(
  container: Docker.Container,
  name: string,
  signal: AbortSignal,
): Promise<Switched<unknown>["health"]> {
  let failedBefore: number | undefined;
  for (;;) {
    const { State, Config } = await container.inspect();
    if (!State.Running) throw new DbsaveError("TOOL_FAILED", `docker: container ${name}: it has ended`);
    const { Health } = State;
    if (Health === undefined || Health.Status === "none") return "unchecked";
    if (Health.Status === "healthy") return "healthy";
    failedBefore ??= Health.FailingStreak;
    const failed = Health.FailingStreak - failedBefore;
    if (Health.Status === "unhealthy" && failed >= (Config.Healthcheck?.Retries || defaultRetries)) {
      const said = Health.Log?.at(-1)?.Output.trim() ?? "";
      throw new DbsaveError("RESTORE_FAILED", `docker: container ${name}: it is unhealthy: ${said}`);
    }
    if (signal.aborted) throw new DbsaveError(reasonOf(signal), `docker: container ${name}: it is not healthy yet`);
    await setTimeout(lookEveryMs);
  }
}

function reasonOf({ reason }: AbortSignal): "TIMED_OUT" | "ABORTED" {
  return (reason as Error | undefined)?.name === "TimeoutError" ? "TIMED_OUT" : "ABORTED";
}
