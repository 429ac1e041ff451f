import { DbsaveError } from "@dbsave/core";
import type { Walsender } from "../physical/protocol/walsender.ts";
import { literal } from "../sql/quote.ts";
import { formatLsn, parseLsn } from "../wal/lsn.ts";
import type { ReceiverSettings } from "./receiver-options.ts";
import type { StartingPoint } from "./resume-point.ts";
import type { Source } from "./source.ts";

type Wanted = Pick<ReceiverSettings, "slot" | "createSlot" | "acceptGap" | "report">;

/**
 * The position from which on the slot keeps WAL; it is made when it is missing and `createSlot` allows it, and made anew when the
 * server has given it up and `acceptGap` allows that. SOURCE_NOT_FOUND, LOG_LOST, OPTIONS_INVALID. `resume` is where this receiver goes on.
 */
export async function holdSlot(
  walsender: Walsender,
  wanted: Wanted,
  source: Source,
  resume: StartingPoint | null,
): Promise<bigint> {
  const { slot, createSlot, acceptGap, report } = wanted;
  const found = await readSlot(walsender, slot);
  if (found === null) {
    if (!createSlot) throw missing(slot, source, resume);
    await create(walsender, slot);
    if (resume !== null) report({ kind: "advice", message: `replication slot ${slot} was gone and is made anew` });
  } else if (found["type"] !== "physical") {
    throw new DbsaveError(
      "OPTIONS_INVALID",
      `postgres: replication slot ${slot} is a logical one: choose another name`,
    );
  } else if (found["status"] === "lost") {
    const why = `postgres: replication slot ${slot} was given up by the server; ${loss(source, resume)}`;
    if (!acceptGap) throw new DbsaveError("LOG_LOST", why);
    await walsender.ask(`DROP_REPLICATION_SLOT ${slot}`);
    await create(walsender, slot);
  }
  const held = (await readSlot(walsender, slot))?.["restart"];
  return held ? parseLsn(held) : source.position;
}

function missing(slot: string, source: Source, resume: StartingPoint | null): DbsaveError {
  const message = `postgres: no replication slot ${slot}; ${loss(source, resume)}`;
  return new DbsaveError("SOURCE_NOT_FOUND", message, {
    hint: "Let the receiver make it: --create-slot. It goes on where it was if the server still has the WAL.",
  });
}

/** What is archived and what cannot be any more, for people. */
export function loss({ position }: Source, resume: StartingPoint | null): string {
  if (resume === null) return "nothing of this server's WAL is archived yet";
  return `archived is timeline ${resume.timeline} up to ${formatLsn(resume.position)}, and the server is at ${formatLsn(position)}: what it does not have of the WAL between is lost for recovery`;
}

async function create(walsender: Walsender, slot: string): Promise<void> {
  await walsender.ask(`CREATE_REPLICATION_SLOT ${slot} PHYSICAL (RESERVE_WAL)`);
}

async function readSlot(walsender: Walsender, slot: string): Promise<Readonly<Record<string, string | null>> | null> {
  const [row] = await walsender.ask(
    `SELECT slot_type AS type, wal_status AS status, restart_lsn::text AS restart FROM pg_catalog.pg_replication_slots WHERE slot_name = ${literal(slot)}`,
  );
  return row ?? null;
}
