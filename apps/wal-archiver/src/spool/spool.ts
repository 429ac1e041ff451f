import { chmod, chown, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DbsaveError } from "@dbsave/core";

/** The directory in which a server's archive_command, the shim, and the daemon meet. It may be lost: the server asks again. */
export interface Spool {
  readonly root: string;
  /** One file for each waiting shim, `<name>.<process>`, which says where the file to archive is. */
  readonly requests: string;
  /** The answers under the same names: an exit status, then lines for the server's log. */
  readonly answers: string;
  /** Directories of the same names with files that the daemon cannot read where they are. */
  readonly copies: string;
  /** When the daemon was last seen, and how it wants files. */
  readonly alive: string;
  /** What it did, for `dbsave-wal status`. */
  readonly status: string;
}

const others = 0o002;

export function spoolAt(root: string): Spool {
  const [requests, answers, copies] = [join(root, "requests"), join(root, "answers"), join(root, "copies")];
  return { root, requests, answers, copies, alive: join(root, "alive"), status: join(root, "status.json") };
}

/**
 * Makes what is missing, for the owner of `root`, who is the server's user. OPTIONS_INVALID for a directory that everybody may write
 * to, PERMISSION_DENIED for one of somebody else: who can write there can have anything archived.
 */
export async function prepareSpool(root: string): Promise<Spool> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const { uid, gid, mode } = await stat(root);
  const own = process.getuid?.() ?? uid;
  if ((mode & others) !== 0)
    throw new DbsaveError("OPTIONS_INVALID", `the spool may be written by everybody: ${root}`, {
      hint: `chmod 700 ${root}`,
    });
  if (own !== 0 && own !== uid)
    throw new DbsaveError("PERMISSION_DENIED", `the spool is not of the daemon's user: ${root}`, {
      hint: "Run the daemon as the server's user, who owns the spool, or as root.",
    });
  const spool = spoolAt(root);
  for (const directory of [spool.requests, spool.answers, spool.copies]) {
    await mkdir(directory, { recursive: true });
    await chmod(directory, mode & 0o777);
    if (own === 0) await chown(directory, uid, gid);
  }
  return spool;
}
