import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory of small real programs for one test. */
export interface Scripts extends AsyncDisposable {
  readonly directory: string;
  path(name: string): string;
  /** Writes an executable `sh` script and returns its path. */
  add(name: string, body: string): Promise<string>;
}

export async function scripts(): Promise<Scripts> {
  const directory = await mkdtemp(join(tmpdir(), "dbsave-exec-"));
  const path = (name: string) => join(directory, name);
  return {
    directory,
    path,
    async add(name, body) {
      await writeFile(path(name), `#!/bin/sh\n${body}\n`);
      await chmod(path(name), 0o755);
      return path(name);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A killed process may remain as a zombie when nobody in a container collects it; that counts as gone. */
export function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return false;
  try {
    const text = readFileSync(stat, "utf8");
    return !/^ [ZX]/.test(text.slice(text.lastIndexOf(")") + 1));
  } catch {
    return false;
  }
}
