import { chmod, open, readFile, rm } from "node:fs/promises";
import { DbsaveError, isMarkedAlive, processMark, systemCode } from "@dbsave/core";
import type { Spool } from "./spool.ts";

/** How the daemon gets at files: reads them in `pg_wal` itself, or copies that the shim makes. */
export type Access = "mounted" | "copied";

const everyMs = 2_000;
/** So many seconds without a sign of life, and a daemon is not there. The shim has this number in its text. */
export const patienceSeconds = 20;
/** Of a daemon that may be in another container, where nobody here can ask for its process. */
const doubtSeconds = 6;

/**
 * Writes the time into the spool until it is disposed, always over the same bytes, so that a full disk does not stop it. LOCKED
 * when another daemon is there.
 */
export async function startHeartbeat(
  { alive, root }: Spool,
  access: Access,
  tell: (line: string) => void,
): Promise<AsyncDisposable> {
  await refuseSecond(alive, root);
  await (await open(alive, "w")).close();
  await chmod(alive, 0o644); // whatever root's umask is
  const beat = async (): Promise<void> => {
    await using file = await open(alive, "r+");
    await file.write(`${nowSeconds()} ${access} ${processMark()}\n`, 0);
  };
  await beat();
  const timer = setInterval(() => {
    beat().catch((error: Error) => tell(`the spool cannot be written: ${error.message}`));
  }, everyMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await rm(alive, { force: true });
    },
  };
}

/** When a daemon was last seen in the spool, in seconds ago, and its mark; null when there is none. */
export async function lastSeen(alive: string): Promise<{ readonly secondsAgo: number; readonly mark: string } | null> {
  try {
    const [time = "", , mark = ""] = (await readFile(alive, "utf8")).trim().split(" ");
    return /^\d+$/.test(time) ? { secondsAgo: nowSeconds() - Number(time), mark } : null;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

async function refuseSecond(alive: string, root: string): Promise<void> {
  const seen = await lastSeen(alive);
  if (seen === null) return;
  const state = isMarkedAlive(seen.mark) ?? "unknown";
  if (state === "alive" || (state === "unknown" && seen.secondsAgo < doubtSeconds))
    throw new DbsaveError("LOCKED", `another daemon serves this spool: ${root}`, {
      hint: "One serves one server. Give each its own --spool.",
    });
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
