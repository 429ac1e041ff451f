import { stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@dbsave/core";
import { inTheirOrder, readyFiles } from "./ready-files.ts";

/** Archives files of one `pg_wal`, and those that the server will ask for next. */
export interface LookAhead {
  /**
   * Resolves with true when the file is archived; false when the file with this number on its file system is not here, or it does not
   * say itself whose it is: the control file, which does, need not be seen where `pg_wal` is.
   */
  archive(name: string, inode: string): Promise<boolean>;
}

export interface LookAheadOptions {
  readonly walDirectory: string;
  /** How many files are archived side by side. */
  readonly workers: number;
  readonly push: (path: string) => Promise<unknown>;
}

interface Task {
  /** Tells the file from a later one of the same name. */
  readonly mark: string;
  readonly done: Promise<unknown>;
  isRunning: boolean;
}

/**
 * While one file is answered for, the next ones are archived already: `workers` at a time, until as many again wait to be asked
 * for. One that failed is forgotten, and tried again when the server asks for it.
 */
export function lookAhead({ walDirectory, workers, push }: LookAheadOptions): LookAhead {
  const tasks = new Map<string, Task>();
  let ahead: readonly string[] = [];

  async function markOf(name: string): Promise<{ readonly inode: string; readonly mark: string } | null> {
    try {
      const { ino, mtimeNs, size } = await stat(join(walDirectory, name), { bigint: true });
      return { inode: `${ino}`, mark: `${ino} ${mtimeNs} ${size}` };
    } catch (error) {
      if (systemCode(error) === "ENOENT") return null;
      throw error;
    }
  }

  function start(name: string, mark: string): Task {
    const task: Task = { mark, isRunning: true, done: push(join(walDirectory, name)) };
    tasks.set(name, task);
    void follow(name, task);
    return task;
  }

  async function follow(name: string, task: Task): Promise<void> {
    try {
      await task.done;
      task.isRunning = false;
      await fill();
    } catch {
      forget(name, task); // whoever waits for it is told
    }
  }

  function forget(name: string, task: Task): void {
    if (tasks.get(name) === task) tasks.delete(name);
  }

  function hasRoom(): boolean {
    const running = [...tasks.values()].filter(({ isRunning }) => isRunning).length;
    return running < workers && tasks.size < 2 * workers;
  }

  async function fill(): Promise<void> {
    while (hasRoom()) {
      const [next, ...rest] = ahead;
      if (next === undefined) return;
      ahead = rest;
      const found = await markOf(next).catch(() => null); // the server will ask for it, and be told
      if (found !== null && !tasks.has(next)) start(next, found.mark);
    }
  }

  /** What the server will ask for after `name`. A list that is not used up is not read again: it can be long. */
  async function look(name: string): Promise<void> {
    const isLater = (other: string): boolean => inTheirOrder(name, other) < 0;
    for (const [other, { isRunning }] of tasks)
      if (!isRunning && !isLater(other) && other !== name) tasks.delete(other);
    ahead = ahead.filter(isLater);
    if (ahead.length === 0) {
      const ready = await readyFiles(walDirectory).catch(() => []);
      ahead = ready.filter((other) => isLater(other) && saysWhose(other));
    }
    await fill();
  }

  return {
    async archive(name, inode) {
      if (!saysWhose(name)) return false;
      const found = await markOf(name);
      if (found?.inode !== inode) return false;
      const known = tasks.get(name);
      const task = known?.mark === found.mark ? known : start(name, found.mark);
      void look(name);
      await task.done;
      forget(name, task);
      void fill();
      return true;
    },
  };
}

function saysWhose(name: string): boolean {
  return !/\.(?:history|backup)$/.test(name);
}
