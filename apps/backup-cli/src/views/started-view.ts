import type { RecoveredTo, RecreatedService, StartedServer } from "@dbsave/core";
import { formatDuration, formatTime } from "../output/quantities.ts";

/** A server that goes on, for people: how far it came, and how to reach, read and stop it. */
export function startedLines({
  where,
  connection,
  reached,
  durationMs,
  ...commands
}: StartedServer): readonly string[] {
  return [
    `  ${reachedText(reached, ` in ${formatDuration(durationMs)}`)}`,
    `  runs as ${where}; it archives nothing, and follows nobody`,
    `  connect:  psql '${connection}'`,
    `  log:      ${commands.logCommand}`,
    `  stop it:  ${commands.stopCommand}`,
  ];
}

/** A service that goes on with other data, for people: how far that came, and the ways back and forward. */
export function recreatedLines(service: RecreatedService): readonly string[] {
  const { container, volume, health, reached, downMs, removeCommands, goBackCommands, advice } = service;
  return [
    `  ${reachedText(reached)}`,
    `  ${container} serves from ${volume}, ${health === "healthy" ? "healthy" : "without a check of its health"}; it was down for ${formatDuration(downMs)}`,
    `  back to what was:   ${goBackCommands.join(" && ")}`,
    `  later, to clean up: ${removeCommands.join(" && ")}`,
    ...(advice === null ? [] : [`  ${advice}`]),
  ];
}

function reachedText({ position, at, timeline, reason }: RecoveredTo, duration = ""): string {
  const commit = at === null ? "" : `, the last transaction of ${formatTime(at)}`;
  return `recovered${duration} to ${position} (${reason})${commit}; now on timeline ${timeline}`;
}
