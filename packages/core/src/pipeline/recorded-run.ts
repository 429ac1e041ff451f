import type { Finding } from "../contracts/finding.ts";
import type { Run } from "../run/context.ts";
import { type PhaseOutcome, phase } from "../run/phases.ts";
import type { RunJournal } from "../run/run-journal.ts";

/** A run whose events are kept in the repository. */
export interface RecordedRun extends Run {
  readonly runId: string;
  readonly journal: RunJournal;
}

type Step = <T>(name: Parameters<typeof phase>[2], work: () => Promise<PhaseOutcome<T>>) => Promise<T>;

/** Phases whose end is stored in the run record, and whose warnings are collected. */
export function recordedPhases(run: RecordedRun, target: string, warnings: string[]): Step {
  return async (name, work) => {
    const noticed = async (): ReturnType<typeof work> => {
      const outcome = await work();
      if (outcome.state === "warning") warnings.push(`${name}: ${outcome.message ?? "see the log"}`);
      return outcome;
    };
    const value = await phase(run, target, name, noticed);
    // Each record holds all before it, so only the last one has to tell when it could not be stored.
    await run.journal.save(run.signal).catch(() => undefined);
    return value;
  };
}

export function warned<T>(value: T, findings: readonly Finding[]): PhaseOutcome<T> {
  const message = findings.map((finding) => `${finding.object}: ${finding.message}`).join("; ");
  return findings.length === 0 ? { value } : { value, state: "warning", message };
}
