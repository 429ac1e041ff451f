import { readdir, readlink, stat } from "node:fs/promises";
import { basename } from "node:path";

/**
 * Other processes that have the file `path` open, by id, also those that hold no lock on it. Only on Linux, and only those that
 * this user may look at in this process' own namespace; elsewhere none.
 */
export async function holdersOf(path: string): Promise<readonly number[]> {
  const { dev, ino } = await stat(path, { bigint: true });
  const isIt = async (link: string): Promise<boolean> => {
    if (basename(await readlink(link)) !== basename(path)) return false; // others may block, when they are looked at
    const found = await stat(link, { bigint: true });
    return found.dev === dev && found.ino === ino;
  };
  const holders: number[] = [];
  for (const pid of (await namesIn("/proc")).map(Number).filter((id) => id > 0 && id !== process.pid)) {
    const links = (await namesIn(`/proc/${pid}/fd`)).map((name) => `/proc/${pid}/fd/${name}`);
    const found = await Promise.all(links.map((link) => isIt(link).catch(() => false))); // closed meanwhile
    if (found.includes(true)) holders.push(pid);
  }
  return holders;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return await readdir(directory).catch(() => []); // gone meanwhile, or not to be looked at
}
