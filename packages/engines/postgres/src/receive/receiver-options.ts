import { DbsaveError, type LogStore } from "@dbsave/core";
import type { PostgresOptions } from "../options.ts";
import type { ReportReceiver } from "./receiver-event.ts";

export interface ReceiverOptions {
  /** The server: a role with REPLICATION is enough. */
  readonly server: PostgresOptions;
  /** Where segments go when they are whole. */
  readonly log: LogStore;
  /** A directory on a local disk, of one receiver alone: made when missing. What is in it may be lost, the server then sends it again. */
  readonly spool: string;
  /** Name of the replication slot, by which the server keeps what is not archived: small letters, digits and underscores. */
  readonly slot: string;
  /** Make the slot when there is none. @default false */
  readonly createSlot?: boolean;
  /** Go on behind WAL that the server does not have any more. @default false: LOG_LOST */
  readonly acceptGap?: boolean;
  /** Let the server receive into a log that was another one's: after an upgrade, or initdb. @default false: SOURCE_FOREIGN */
  readonly admit?: boolean;
  /** How often the beginning of the segment that is not whole yet is archived, if it has grown; null: only when it must be. @default 10000 */
  readonly partialEveryMs?: number | null;
  /** How much may wait in the spool before the server must wait, too. @default 1 GiB */
  readonly spoolBytes?: number;
  /** How much WAL the server may have to keep for the slot before that is an alarm. @default 1 GiB, or half of max_slot_wal_keep_size if that is less */
  readonly lagAlarmBytes?: number;
  readonly report?: ReportReceiver;
}

export interface ReceiverSettings extends Required<ReceiverOptions> {}

const gibibyte = 2 ** 30;

/** OPTIONS_INVALID names the option. */
export function parseReceiver(options: ReceiverOptions): ReceiverSettings {
  const { slot, partialEveryMs = 10_000, spoolBytes = gibibyte, lagAlarmBytes = gibibyte } = options;
  if (!/^[a-z0-9_]{1,63}$/.test(slot))
    throw invalid("slot", "it must be of small letters, digits and underscores, at most 63");
  if (partialEveryMs !== null && !(partialEveryMs >= 100)) throw invalid("partialEveryMs", "it must be at least 100");
  if (!(spoolBytes > 0)) throw invalid("spoolBytes", "it must be more than 0");
  if (!(lagAlarmBytes > 0)) throw invalid("lagAlarmBytes", "it must be more than 0");
  const { createSlot = false, acceptGap = false, admit = false, report = () => {} } = options;
  return { ...options, createSlot, acceptGap, admit, partialEveryMs, spoolBytes, lagAlarmBytes, report };
}

function invalid(option: string, why: string): DbsaveError {
  return new DbsaveError("OPTIONS_INVALID", `postgres: receiver: option ${option}: ${why}`);
}
