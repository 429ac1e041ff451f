import { randomUUID } from "node:crypto";
import { DbsaveError } from "@dbsave/core";
import type Docker from "dockerode";

const fromLabel = "dbsave.restored-from";
const runLabel = "dbsave.run";
const suffix = "_restored_";

/** What a volume is called that is made at `stamp` for the service of `volume`. */
export function restoredVolume(volume: string, stamp: string): string {
  return `${originOf(volume)}${suffix}${stamp}`;
}

/** A new volume beside `volume`. TARGET_BUSY when there is one of that name, which somebody else fills. */
export async function makeRestoredVolume(docker: Docker, volume: string, stamp: string): Promise<string> {
  const Name = restoredVolume(volume, stamp);
  const run = randomUUID();
  await docker.createVolume({ Name, Labels: { [fromLabel]: volume, [runLabel]: run } }); // of that name, if there is one
  const { Labels } = await docker.getVolume(Name).inspect();
  if (Labels[runLabel] === run) return Name;
  throw new DbsaveError("TARGET_BUSY", `docker: there is a volume ${Name} already`, { hint: "Begin again." });
}

/** The volumes that restores have made beside `volume`, and that no container uses: of a restore that was killed, or that nobody needs any more. */
export async function unusedVolumes(docker: Docker, volume: string): Promise<readonly string[]> {
  const filters = { label: [fromLabel], dangling: ["true"] };
  const { Volumes } = await docker.listVolumes({ filters });
  return Volumes.map(({ Name }) => Name).filter((name) => name.startsWith(restoredVolume(volume, "")));
}

/** The volume that a service had before its first restore. */
function originOf(volume: string): string {
  return volume.replace(new RegExp(`${suffix}\\d+T\\d+Z$`), "");
}
