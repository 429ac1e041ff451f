import type { BytesEvent, PhaseEvent, ProgressEvent } from "@dbsave/core";
import { createLogUpdate } from "log-update";
import { barLine } from "./bar-line.ts";
import { harmless } from "./harmless.ts";
import { logLine } from "./log-reporter.ts";
import type { Paint } from "./paint.ts";
import { formatDuration } from "./quantities.ts";
import { isWorthTelling, type Loudness, type Reporter } from "./reporter.ts";

const marks = { ok: ["green", "✔"], warning: ["yellow", "⚠"], failed: ["red", "✖"], skipped: ["dim", "↷"] } as const;

/**
 * A terminal: finished phases stay as lines, below them a bar for each stream that moves. log-update redraws the block:
 * it is maintained, handles widths and wrapping, listens to no signal and reads nothing from the terminal. Events drive
 * it, so there is no timer to stop.
 */
export function barReporter(stream: NodeJS.WriteStream, paint: Paint, loudness: Loudness): Reporter {
  const block = createLogUpdate(stream, { showCursor: true });
  /** By target: the phase it is in, with the streams that move. */
  const running = new Map<string, { readonly phase: string; readonly streams: Map<string, BytesEvent> }>();

  const draw = (): void => {
    const lines = [...running].flatMap(([target, { phase, streams }]) => {
      if (streams.size === 0) return [`  ${target} ${phase} …`];
      return [...streams.values()].map((event) =>
        barLine(`${target} ${event.phase}${streams.size > 1 ? ` ${event.item}` : ""}`, event, stream.columns, paint),
      );
    });
    if (lines.length === 0) block.clear();
    else block(lines.join("\n"));
  };
  const keep = (line: string): void => {
    block.clear();
    block.persist(harmless(line));
    draw();
  };
  return {
    event(event) {
      const { target, phase } = event;
      if (event.type === "progress") {
        const { streams } = running.get(target) ?? { streams: new Map<string, BytesEvent>() };
        running.set(target, { phase, streams: streams.set(`${phase} ${event.item}`, event) });
      } else if (event.type === "phase") {
        if (event.state === "started") running.set(target, { phase, streams: new Map() });
        else running.delete(target);
      }
      if (isWorthKeeping(event, loudness)) keep(keptLine(event, paint));
      else draw();
    },
    tell(level, message) {
      if (level === "warning") keep(`${paint("yellow", "⚠")} ${message}`);
      else if (loudness !== "trouble") keep(message);
    },
    close() {
      running.clear();
      block.clear();
    },
  };
}

/** A person watching needs no line for a step that had nothing to say. */
function isWorthKeeping(event: ProgressEvent, loudness: Loudness): boolean {
  if (!isWorthTelling(event, loudness) || (event.type === "phase" && event.state === "started")) return false;
  return loudness === "detail" || event.type !== "phase" || event.state === "failed" || event.message !== undefined;
}

/** Why a phase failed is not told here: the result says it, with what to do. */
function keptLine(event: ProgressEvent, paint: Paint): string {
  if (event.type !== "phase" || event.state === "started") return logLine(event).replace(/^\S+ /, "  ");
  const [colour, mark] = marks[event.state];
  const message = event.state === "failed" ? "" : (event.message ?? "");
  return [paint(colour, mark), event.target, event.phase, ...spent(event), message].join(" ").trimEnd();
}

function spent({ durationMs = 0 }: PhaseEvent): readonly string[] {
  return durationMs < 100 ? [] : [formatDuration(durationMs)];
}
