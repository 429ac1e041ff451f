import { type BytesEvent, formatBytes, type PhaseEvent, type ProgressEvent } from "@dbsave/core";
import { createLogUpdate } from "log-update";
import stringWidth from "string-width";
import { logLine } from "./log-reporter.ts";
import type { Paint } from "./paint.ts";
import { formatDuration } from "./quantities.ts";
import { isWorthTelling, type Loudness, type Reporter } from "./reporter.ts";

const marks = { ok: ["green", "✔"], warning: ["yellow", "⚠"], failed: ["red", "✖"], skipped: ["dim", "↷"] } as const;
const narrowestBar = 10;
const widestBar = 30;

/**
 * A terminal: finished phases stay as lines, below them a bar for each stream that moves. log-update (maintained, no
 * signal handlers, nothing read from the terminal) redraws the block; events drive it, so there is no timer to stop.
 */
export function barReporter(stream: NodeJS.WriteStream, paint: Paint, loudness: Loudness): Reporter {
  const block = createLogUpdate(stream, { showCursor: true });
  const running = new Map<string, Map<string, BytesEvent>>();
  const draw = (): void => {
    const lines = [...running].flatMap(([name, items]) =>
      items.size === 0
        ? [`  ${name} …`]
        : [...items.values()].map((item) => barLine(name, item, stream.columns, paint)),
    );
    block(lines.join("\n"));
  };
  const keep = (line: string): void => {
    block.clear();
    block.persist(line);
    draw();
  };
  return {
    event(event) {
      const name = `${event.target} ${event.phase}`;
      if (event.type === "progress") {
        running.set(name, (running.get(name) ?? new Map<string, BytesEvent>()).set(event.item, event));
        draw();
        return;
      }
      if (event.type === "phase") {
        if (event.state === "started") running.set(name, new Map());
        else running.delete(name);
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

function keptLine(event: ProgressEvent, paint: Paint): string {
  if (event.type !== "phase" || event.state === "started") return logLine(event).replace(/^\S+ /, "  ");
  const [colour, mark] = marks[event.state];
  return [paint(colour, mark), event.target, event.phase, ...spent(event), event.message ?? ""].join(" ").trimEnd();
}

function spent({ durationMs = 0 }: PhaseEvent): readonly string[] {
  return durationMs < 100 ? [] : [formatDuration(durationMs)];
}

/** `orders backup ████████░░░░ 61 % 1.2 GiB of 2.0 GiB 240.0 MiB/s 3 s left` */
function barLine(name: string, event: BytesEvent, columns: number, paint: Paint): string {
  const { doneBytes, totalBytes, bytesPerSecond } = event;
  const rate = bytesPerSecond > 0 ? ` ${formatBytes(bytesPerSecond)}/s` : "";
  if (totalBytes === undefined || totalBytes === 0) return `  ${name} ${formatBytes(doneBytes)}${rate}`;
  const part = Math.min(1, doneBytes / totalBytes);
  const left =
    bytesPerSecond > 0 && part < 1 ? ` ${formatDuration(((totalBytes - doneBytes) / bytesPerSecond) * 1000)} left` : "";
  const figures = `${Math.floor(part * 100)} % ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${rate}${left}`;
  const space = columns - stringWidth(`  ${name}  ${figures}`) - 1;
  const width = Math.min(widestBar, Math.max(narrowestBar, space));
  const full = Math.round(part * width);
  return `  ${name} ${paint("cyan", "█".repeat(full))}${paint("dim", "░".repeat(width - full))} ${figures}`;
}
