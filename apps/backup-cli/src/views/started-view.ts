import type { StartedServer } from "@dbsave/core";
import { formatDuration, formatTime } from "../output/quantities.ts";

/** A server that goes on, for people: how far it came, and how to reach, read and stop it. */
export function startedLines({
  where,
  connection,
  reached,
  durationMs,
  ...commands
}: StartedServer): readonly string[] {
  const { position, at, timeline, reason } = reached;
  const commit = at === null ? "" : `, its last transaction committed at ${formatTime(at)}`;
  return [
    `  recovered to ${position} (${reason}) in ${formatDuration(durationMs)}, now on timeline ${timeline}${commit}`,
    `  runs as ${where}; it archives nothing, and follows nobody`,
    `  connect:  psql '${connection}'`,
    `  log:      ${commands.logCommand}`,
    `  stop it:  ${commands.stopCommand}`,
  ];
}
