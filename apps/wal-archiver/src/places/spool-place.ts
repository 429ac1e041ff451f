import { resolve } from "node:path";
import type { WalSettings } from "@dbsave/config";
import type { Arguments } from "../command.ts";
import type { Session } from "../session/session.ts";

export const spoolOption = {
  spool: { type: "string", describe: "Directory in which the shim and the daemon meet [/var/spool/dbsave-wal]" },
} as const;

const usual = "/var/spool/dbsave-wal";

/** What `--spool` says, else the configuration, else the usual place. */
export function spoolPlace({ spool }: Arguments["options"], { cwd }: Session, wal: WalSettings | null = null): string {
  if (typeof spool === "string") return resolve(cwd, spool);
  return (wal?.mode === "archive" ? wal.spool : null) ?? usual;
}
