import type { Phase, PhaseEvent } from "@dbsave/core";
import { isDbsaveError } from "@dbsave/core";
import type { Session } from "./session.ts";

/** What a finished phase has to say. */
export interface PhaseNews {
  readonly state?: "ok" | "warning";
  readonly message?: string;
}

/** Reports the beginning and the end of `work`, as the pipeline of core does for its phases. */
export async function timedPhase<T>(
  session: Session,
  place: { readonly target: string; readonly phase: Phase },
  work: () => Promise<T>,
  newsOf: (value: T) => PhaseNews,
): Promise<T> {
  const { now, report } = session.run;
  const startedAt = now().getTime();
  const tell = (end: Pick<PhaseEvent, "state" | "message">): void =>
    report({ type: "phase", at: now(), ...place, durationMs: Math.max(0, now().getTime() - startedAt), ...end });
  report({ type: "phase", at: now(), ...place, state: "started" });
  try {
    const value = await work();
    tell({ state: "ok", ...newsOf(value) });
    return value;
  } catch (error) {
    tell({ state: "failed", message: isDbsaveError(error) ? `${error.code}: ${error.message}` : String(error) });
    throw error;
  }
}
