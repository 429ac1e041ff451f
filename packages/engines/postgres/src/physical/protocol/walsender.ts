import { DbsaveError, isDbsaveError, throwIfAborted } from "@dbsave/core";
import type { Client, ClientConfig, Submittable } from "pg";
import { connectError, cutOff, openClient, streamOf } from "../../connect.ts";
import type { ParsedOptions } from "../../options.ts";
import { driverError } from "../../sql/driver-error.ts";
import { replicationError } from "./replication-error.ts";

const shownWarnings = 5;
/** Comes with every backup that fails, and says nothing of why. */
const farewell = "aborting backup due to backend exiting";

/**
 * A connection that takes commands of the streaming replication protocol. It is one of the server's `max_wal_senders`, runs
 * no transaction and takes no lock. A fired signal cuts it, and the server ends what it was doing.
 */
export interface Walsender extends AsyncDisposable {
  /** The rows of the answer by column: for answers of bounded size. */
  ask(command: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** Sends a command whose answer `answer` takes, message by message. */
  submit(answer: Submittable): void;
  /** Lets the server wait, and go on. */
  pause(): void;
  resume(): void;
  /** Gives the connection up at once. */
  cut(): void;
  /** What an error of the command `verb` means, with the server's first warnings. */
  failure(error: Error, verb: string): Error;
  /** What the server warned of since the last failure, or since they were asked for. */
  warnings(): readonly string[];
}

/**
 * Connects for replication to a database rather than to none: pg_hba.conf then lets in whom it lets into that database, and
 * needs no line for the word `replication`. PERMISSION_DENIED with the exact fix, CONNECT_FAILED, SOURCE_NOT_FOUND.
 */
export async function openWalsender(options: ParsedOptions, signal: AbortSignal): Promise<Walsender> {
  const { host, port, database } = options;
  const what = `postgres: cannot connect for replication to ${host}:${port}, database ${database}`;
  throwIfAborted(signal, what);
  const replication: ClientConfig & { replication: string } = { replication: "database", keepAlive: true };
  let client: Client;
  try {
    client = await openClient(options, database, signal, replication);
  } catch (error) {
    throw replicationError(error, what, options) ?? connectError(error, options, what, signal);
  }
  return walsenderOn(client, options, signal);
}

function walsenderOn(client: Client, options: ParsedOptions, signal: AbortSignal): Walsender {
  const warnings: string[] = [];
  const failure = (error: unknown, verb: string): Error => {
    if (signal.aborted) return new DbsaveError("ABORTED", `postgres: ${verb}: cancelled`, { cause: error });
    const what = ["postgres", verb, ...warnings.splice(0).slice(0, shownWarnings)].join(": ");
    const meant = replicationError(error, what, options) ?? driverError(error, what);
    if (isDbsaveError(meant)) return meant;
    return new DbsaveError("BACKUP_FAILED", meant instanceof Error ? meant.message : what, { cause: error });
  };
  const cut = (): void => cutOff(client);
  signal.addEventListener("abort", cut, { once: true });
  client.on("notice", ({ severity, message = "" }) => {
    if (severity === "WARNING" && !message.startsWith(farewell)) warnings.push(message);
  });
  return {
    failure,
    warnings: () => warnings.splice(0),
    async ask(command) {
      try {
        return (await client.query<Record<string, string | null>>(command)).rows;
      } catch (error) {
        throw failure(error, command.split(" ", 1).join());
      }
    },
    submit: (answer) => void client.query(answer),
    pause: () => void streamOf(client).pause(),
    resume: () => void streamOf(client).resume(),
    cut,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener("abort", cut);
      if (streamOf(client).destroyed) return;
      await client.end().catch(cut);
    },
  };
}
