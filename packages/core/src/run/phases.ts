import type { Phase, PhaseEvent } from "../contracts/events.ts";
import { isDbsaveError } from "../errors/dbsave-error.ts";
import type { Run } from "./context.ts";

export interface PhaseOutcome<T> {
  readonly value: T;
  readonly state?: "ok" | "warning" | "skipped";
  readonly message?: string;
}

/** Runs one phase of one target between its events; a failure is reported and passed on. */
export async function phase<T>(
  run: Run,
  target: string,
  name: Phase,
  work: () => Promise<PhaseOutcome<T>>,
): Promise<T> {
  const startedAt = run.now();
  const tell = (event: Pick<PhaseEvent, "state"> & Partial<PhaseEvent>): void =>
    run.report({ type: "phase", at: run.now(), target, phase: name, ...event });
  tell({ state: "started" });
  const durationMs = (): number => Math.max(0, run.now().getTime() - startedAt.getTime());
  try {
    const { value, state = "ok", message } = await work();
    tell({ state, durationMs: durationMs(), ...(message === undefined ? {} : { message }) });
    return value;
  } catch (error) {
    const message = isDbsaveError(error) ? `${error.code}: ${error.message}` : String(error);
    tell({ state: "failed", durationMs: durationMs(), message });
    throw error;
  }
}
