import { join, resolve } from "node:path";
import { DbsaveError, ERRORS, type LogStore } from "@dbsave/core";
import { type ReceiverEvent, receiveWal } from "@dbsave/postgres";
import type { Arguments, Command } from "../command.ts";
import { openTargetLog, type TargetLog } from "../places/target-log.ts";
import type { Session } from "../session/session.ts";

const usualSpool = "/var/spool/dbsave-wal/receive";
/** For the end of the last segment, after a signal. */
const graceMs = 8000;

/** Runs until a signal, which is how it is stopped, and no failure. */
export const command: Command = {
  options: {
    spool: { type: "string", describe: `Directory on a local disk for WAL on its way [${usualSpool}/<target>]` },
    "create-slot": { type: "boolean", describe: "Make the slot when there is none" },
    "accept-gap": { type: "boolean", describe: "Go on behind WAL that the server does not have any more" },
    admit: { type: "boolean", describe: "Let another server go on with this log: after an upgrade, or initdb" },
    "partial-every": {
      type: "string",
      describe: "Seconds after which what is written so far is archived, 0: never [10]",
    },
    verbose: { type: "boolean", short: "v", describe: "Tell of every file that is archived" },
  },
  failed: (code) => ERRORS[code].exit,
  stopped: () => 0,
  async run({ options }, session) {
    const grace = graceAfter(session.signal);
    await using target = await openTargetLog("write", options, { ...session, signal: grace });
    const { name, wal } = target;
    if (wal?.mode !== "receive")
      throw new DbsaveError("USAGE", `${name}: its WAL is not to be received`, {
        hint: `Write into the configuration, under targets.${name}: wal: receive`,
      });
    await receiveWal(
      {
        server: await target.source(),
        log: mountedLog(target),
        spool: spoolPlace(options, session, wal.spool ?? join(usualSpool, name)),
        slot: wal.slot,
        createSlot: options["create-slot"] === true,
        acceptGap: options["accept-gap"] === true,
        admit: options["admit"] === true,
        partialEveryMs: partialEvery(options),
        lagAlarmBytes: wal.maxLagBytes,
        report: (event) => report(event, options["verbose"] === true, session),
      },
      session.signal,
      grace,
    );
    return 0;
  },
};

/** Fires a while after `stop`, so that uploads may still end. */
function graceAfter(stop: AbortSignal): AbortSignal {
  const grace = new AbortController();
  stop.addEventListener("abort", () => setTimeout(() => grace.abort(stop.reason), graceMs).unref(), { once: true });
  return grace.signal;
}

/** Writes nothing where a disk should be mounted. */
function mountedLog(target: TargetLog): LogStore {
  return {
    ...target.log,
    async append(file, body) {
      await target.confirm();
      return await target.log.append(file, body);
    },
  };
}

function spoolPlace({ spool }: Arguments["options"], { cwd }: Session, usual: string): string {
  return typeof spool === "string" ? resolve(cwd, spool) : usual;
}

function partialEvery({ "partial-every": text = "10" }: Arguments["options"]): number | null {
  const seconds = Number(text);
  if (text === "" || !(seconds >= 0))
    throw new DbsaveError("USAGE", `--partial-every: not a number of seconds: ${text}`);
  return seconds === 0 ? null : seconds * 1000;
}

function report({ kind, message, hint }: ReceiverEvent, isVerbose: boolean, { tell }: Session): void {
  if (kind === "archived" && !isVerbose) return;
  tell(`${kind}: ${message}${hint === undefined ? "" : `\n  ${hint}`}`);
}
