import { readFile } from "node:fs/promises";
import { DbsaveError, ERRORS, systemCode } from "@dbsave/core";
import type { Command } from "../command.ts";
import type { DaemonStatus } from "../daemon/daemon-status.ts";
import { spoolOption, spoolPlace } from "../places/spool-place.ts";
import { lastSeen, patienceSeconds } from "../spool/heartbeat.ts";
import { spoolAt } from "../spool/spool.ts";

/** Tells what stands in the spool: needs no configuration and asks nobody. */
export const command: Command = {
  options: {
    ...spoolOption,
    "max-lag": { type: "string", describe: "Seconds that a finished file may wait [300]" },
    json: { type: "boolean", describe: "Print one JSON object" },
  },
  failed: (code) => ERRORS[code].exit,
  stopped: (signalNumber) => 128 + signalNumber,
  async run({ options }, session) {
    const spool = spoolAt(spoolPlace(options, session));
    const seen = await lastSeen(spool.alive);
    const status = await readStatus(spool.status);
    const isAlive = seen !== null && seen.secondsAgo < patienceSeconds;
    const lagSeconds = lagOf(status);
    const problems = [
      ...(isAlive ? [] : [`no daemon serves ${spool.root}`]),
      ...(status?.failing ? [`${status.failing.name} cannot be archived: ${status.failing.message}`] : []),
      ...(lagSeconds > maxLag(options["max-lag"])
        ? [`the oldest finished file has been waiting for ${lagSeconds} s`]
        : []),
    ];
    const json = { type: "wal-status", isHealthy: problems.length === 0, isAlive, lagSeconds, problems, ...status };
    await session.print(options["json"] === true ? `${JSON.stringify(json)}\n` : textOf(status, lagSeconds, problems));
    return problems.length === 0 ? 0 : 1;
  },
};

async function readStatus(path: string): Promise<DaemonStatus | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as DaemonStatus;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** How long the oldest file has been waiting. */
function lagOf(status: DaemonStatus | null): number {
  const oldest = status?.waiting.oldest ?? null;
  return oldest === null ? 0 : Math.max(0, Math.round((Date.now() - Date.parse(oldest)) / 1000));
}

function maxLag(option: string | boolean | undefined): number {
  if (option === undefined) return 300;
  if (typeof option === "string" && /^\d+$/.test(option)) return Number(option);
  throw new DbsaveError("USAGE", "--max-lag takes a number of seconds");
}

function textOf(status: DaemonStatus | null, lagSeconds: number, problems: readonly string[]): string {
  const { target, archivedFiles, last, waiting } = status ?? {
    target: "",
    archivedFiles: 0,
    last: null,
    waiting: null,
  };
  const lines = [
    ...(status === null ? [] : [`${target}: ${archivedFiles} files archived since ${status.startedAt}`]),
    ...(last === null ? [] : [`last: ${last.name} at ${last.at}, in ${last.milliseconds} ms`]),
    ...(waiting === null ? [] : [`waiting: ${waiting.files} files, the oldest for ${lagSeconds} s`]),
    ...problems,
  ];
  return `${lines.join("\n")}\n`;
}
