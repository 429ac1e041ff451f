import type { ProgressEvent } from "@dbsave/core";
import { formatDuration, formatTime } from "./quantities.ts";
import { isWorthTelling, type Loudness, type Reporter } from "./reporter.ts";

/** One line per finished phase and target, for cron, journals and files: text for people, or one JSON object each. */
export function logReporter(
  write: (line: string) => void,
  options: { readonly format: "text" | "json"; readonly loudness: Loudness; readonly now: () => Date },
): Reporter {
  const { format, loudness, now } = options;
  return {
    event(event) {
      if (!isWorthTelling(event, loudness)) return;
      write(format === "json" ? JSON.stringify({ level: levelOf(event), ...event }) : logLine(event));
    },
    tell(level, message) {
      if (level === "info" && loudness === "trouble") return;
      const at = now();
      const line = level === "warning" ? `warning: ${message}` : message;
      write(
        format === "json"
          ? JSON.stringify({ level, type: "note", at, message })
          : onOneLine(`${formatTime(at)} ${line}`),
      );
    },
    close: () => undefined,
  };
}

/** Every event as it is, progress included, one JSON line each. */
export function eventReporter(write: (line: string) => void, now: () => Date): Reporter {
  return {
    event: (event) => write(JSON.stringify(event)),
    tell: (level, message) => write(JSON.stringify({ type: "note", level, at: now(), message })),
    close: () => undefined,
  };
}

/** `2026-11-21T07:58:00Z orders backup ok 1.2 s 10.0 MiB` */
export function logLine(event: ProgressEvent): string {
  return onOneLine([formatTime(event.at), event.target, event.phase, ...wordsOf(event)].join(" "));
}

/** Who reads lines must not take a part of a name for one. */
function onOneLine(text: string): string {
  return text.replaceAll("\n", "\\n");
}

function wordsOf(event: ProgressEvent): readonly string[] {
  switch (event.type) {
    case "phase":
      return [
        event.state,
        ...(event.durationMs === undefined ? [] : [formatDuration(event.durationMs)]),
        ...(event.message === undefined ? [] : [event.message]),
      ];
    case "finding":
      return [event.finding.severity, `${event.finding.object}: ${event.finding.message}`];
    case "note":
      return ["note", event.message];
    case "progress":
      return ["progress", event.item, String(event.doneBytes)];
  }
}

function levelOf(event: ProgressEvent): "info" | "warning" | "error" {
  if (event.type === "finding") return event.finding.severity;
  if (event.type !== "phase") return "info";
  if (event.state === "failed") return "error";
  return event.state === "warning" ? "warning" : "info";
}
