import type { ProgressEvent } from "@dbsave/core";

/** Tells on standard error how the work goes. Never throws, never touches the result on standard output. */
export interface Reporter {
  event(event: ProgressEvent): void;
  /** Something of the command itself, which no phase of a target is about. */
  tell(level: "info" | "warning", message: string): void;
  /** Removes what moves from the terminal, so that the result can be printed. */
  close(): void;
}

/** `trouble`: only what is not as it should be. `detail`: beginnings and uneventful phases as well. */
export type Loudness = "trouble" | "normal" | "detail";

export const silent: Reporter = { event: () => undefined, tell: () => undefined, close: () => undefined };

/** Whether a finished step or a remark is worth telling. */
export function isWorthTelling(event: ProgressEvent, loudness: Loudness): boolean {
  if (event.type === "progress") return false;
  if (event.type === "finding") return event.finding.severity !== "info" || loudness === "detail";
  if (event.type === "note") return loudness !== "trouble";
  if (event.state === "warning" || event.state === "failed") return true;
  if (event.state === "started") return loudness === "detail";
  return loudness !== "trouble";
}
