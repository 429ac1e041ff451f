import type { Phase } from "../contracts/events.ts";
import type { ReportProgress } from "../contracts/run-context.ts";

const intervalMs = 200;

/** Turns byte counts into at most five progress events per second and item, with the rate since the item began. */
export class ProgressMeter {
  readonly #run: { readonly now: () => Date; readonly report: ReportProgress };
  readonly #target: string;
  readonly #phase: Phase;
  readonly #items = new Map<string, { startedMs: number; reportedMs: number }>();

  constructor(run: { readonly now: () => Date; readonly report: ReportProgress }, target: string, phase: Phase) {
    this.#run = run;
    this.#target = target;
    this.#phase = phase;
  }

  /** `totalBytes` is an estimate; when `doneBytes` reaches it the event is never held back. */
  update(item: string, doneBytes: number, totalBytes?: number): void {
    const at = this.#run.now();
    const state = this.#items.get(item) ?? { startedMs: at.getTime(), reportedMs: 0 };
    this.#items.set(item, state);
    if (at.getTime() - state.reportedMs < intervalMs && doneBytes !== totalBytes) return;
    state.reportedMs = at.getTime();
    const seconds = (at.getTime() - state.startedMs) / 1000;
    this.#run.report({
      type: "progress",
      at,
      target: this.#target,
      phase: this.#phase,
      item,
      doneBytes,
      ...(totalBytes === undefined ? {} : { totalBytes }),
      bytesPerSecond: seconds > 0 ? Math.round(doneBytes / seconds) : 0,
    });
  }
}
