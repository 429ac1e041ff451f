import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isAlive, type ProcessIdentity, processIdentity } from "@dbsave/core";

const prefix = "dbsave-server-";
const ownerFile = "owner.json";

/**
 * A folder on this machine for one server, short enough for the path of a unix socket. Its two directories exist and are
 * empty. Folders of processes that are gone are removed first, with every process that still works in them.
 */
export async function makeServerFolder(root: string): Promise<string> {
  for (const folder of abandonedFolders(root)) await removeServerFolder(folder);
  const folder = await mkdtemp(join(root, prefix));
  await writeFile(join(folder, ownerFile), JSON.stringify(processIdentity()), { mode: 0o600 });
  await mkdir(dataOf(folder), { mode: 0o700 });
  await mkdir(socketsOf(folder), { mode: 0o700 });
  await chmod(folder, 0o711); // the server may be another user; what is inside is closed to all others
  return folder;
}

export function dataOf(folder: string): string {
  return join(folder, "data");
}

export function socketsOf(folder: string): string {
  return join(folder, "run");
}

/** SIGKILL to every process whose working directory is in `folder`, however it left its group; then all of it is removed. */
export async function removeServerFolder(folder: string): Promise<void> {
  for (let pids = workersIn(folder); pids.length > 0; pids = workersIn(folder)) {
    for (const pid of pids) kill(pid);
    await setTimeout(10);
  }
  await rm(folder, { recursive: true, force: true });
}

/** Only what belongs to this user: everybody may put a folder of that name into a temporary directory. */
function abandonedFolders(root: string): string[] {
  return readdirSync(root)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(root, name))
    .filter((folder) => {
      try {
        const { uid } = lstatSync(folder);
        if (uid !== process.getuid?.() || !lstatSync(folder).isDirectory()) return false;
        return isAlive(JSON.parse(readFileSync(join(folder, ownerFile), "utf8")) as ProcessIdentity) === "dead";
      } catch {
        return false; // it is being made or removed
      }
    });
}

/** None where the system has no `/proc`. */
function workersIn(folder: string): number[] {
  const inside = `${folder}/`;
  return numbersIn("/proc").filter((pid) => `${workingDirectory(pid)}/`.startsWith(inside));
}

function numbersIn(directory: string): number[] {
  try {
    return readdirSync(directory).map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

function workingDirectory(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
