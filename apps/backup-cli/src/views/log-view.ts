import type { PhaseEvent, ProgressEvent, RunRecord } from "@dbsave/core";
import { logLine } from "../output/log-reporter.ts";
import type { Paint } from "../output/paint.ts";
import { formatDuration } from "../output/quantities.ts";
import { type Column, renderTable } from "../output/table.ts";

/** What one run did to one target. */
export interface RecordedRun {
  readonly id: string;
  readonly target: string;
  readonly command: string;
  readonly host: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** `interrupted`: the record ends in the middle of a phase, so the run is going on or was killed. */
  readonly outcome: "ok" | "warning" | "failed" | "interrupted";
  /** What it failed of or warned about, or what it made. */
  readonly message: string;
  readonly lines: readonly ProgressEvent[];
}

export function readRunRecord({ id, lines }: RunRecord): RecordedRun {
  const [head = {}, ...rest] = lines;
  const events = rest.map((line) => ({ ...line, at: new Date(String(line["at"])) }) as unknown as ProgressEvent);
  const phases = events.filter((event): event is PhaseEvent => event.type === "phase");
  const startedAt = new Date(String(head["at"]));
  const worst =
    phases.find(({ state }) => state === "failed") ??
    phases.find(({ state }) => state === "warning") ??
    phases.find(({ phase, state }) => phase === "backup" && state !== "started");
  return {
    id,
    target: phases[0]?.target ?? "",
    command: String(head["command"]),
    host: String(head["host"]),
    startedAt,
    durationMs: Math.max(0, (events.at(-1)?.at ?? startedAt).getTime() - startedAt.getTime()),
    outcome: outcomeOf(phases),
    message: worst === undefined ? "" : [worst.phase, worst.message ?? ""].join(": "),
    lines: events,
  };
}

function outcomeOf(phases: readonly PhaseEvent[]): RecordedRun["outcome"] {
  if (phases.some(({ state }) => state === "failed")) return "failed";
  if (phases.at(-1)?.state === "started" || phases.length === 0) return "interrupted";
  return phases.some(({ state }) => state === "warning") ? "warning" : "ok";
}

export function runTable(runs: readonly RecordedRun[], paint: Paint): string {
  const colours = { ok: "green", warning: "yellow", failed: "red", interrupted: "yellow" } as const;
  const columns: readonly Column<RecordedRun>[] = [
    { title: "RUN", cell: ({ id }) => id.split("-", 2).join("-") },
    { title: "TARGET", cell: ({ target }) => target },
    { title: "COMMAND", cell: ({ command }) => command },
    { title: "TOOK", align: "right", cell: ({ durationMs }) => formatDuration(durationMs) },
    { title: "OUTCOME", cell: ({ outcome }) => paint(colours[outcome], outcome) },
    { title: "WHAT", cell: ({ message }) => message },
  ];
  return renderTable(runs, columns, paint);
}

/** Every line of every run, as the log had it. */
export function runLinesText(runs: readonly RecordedRun[], paint: Paint): string {
  return runs
    .map(({ id, command, host, lines }) =>
      [paint("bold", `${id} ${command} on ${host}`), ...lines.map(logLine)].join("\n"),
    )
    .join("\n\n");
}
