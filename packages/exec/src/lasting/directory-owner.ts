import { lstat } from "node:fs/promises";
import { DbsaveError } from "@dbsave/core";
import type { HostOwner } from "../host-process.ts";

/** Who a server on `directory` must be. PERMISSION_DENIED when that is root, or somebody who this process cannot be. */
export async function directoryOwner(directory: string, name: string): Promise<HostOwner> {
  const { uid, gid } = await lstat(directory);
  if (uid === 0)
    throw new DbsaveError("PERMISSION_DENIED", `${name}: it would have to run as root, whose is ${directory}`, {
      hint: `Give it to the user that the server is: chown -R postgres: ${directory}`,
    });
  const own = process.getuid?.();
  if (own === 0 || own === uid) return { uid, gid };
  throw new DbsaveError("PERMISSION_DENIED", `${name}: it must be the user ${uid}, whose is ${directory}`, {
    hint: `Run dbsave as that user or as root.`,
  });
}
