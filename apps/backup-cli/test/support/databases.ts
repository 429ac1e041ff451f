import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";

/** A database in WAL mode with `rows` orders in it; returns its path. */
export function makeDatabase(directory: string, name = "app.db", rows = 1_000): string {
  const path = join(directory, name);
  const database = new DatabaseSync(path);
  database.exec("pragma journal_mode = wal; create table orders (id integer primary key, note text, amount real)");
  database.exec(`
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${rows})
    insert into orders (note, amount) select 'order ' || n || hex(randomblob(20)), n * 1.5 from numbers`);
  database.close();
  return path;
}

export function countOrders(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(database.prepare("select count(*) as count from orders").get()?.["count"]);
  } finally {
    database.close();
  }
}

const insertForever = `
  const { DatabaseSync } = require("node:sqlite");
  const database = new DatabaseSync(process.argv[1]);
  database.exec("pragma busy_timeout = 5000");
  const insert = database.prepare("insert into orders (note, amount) values (?, ?)");
  let inserted = 0;
  const work = () => {
    for (let i = 0; i < 50; i++) insert.run("written meanwhile", i);
    if (inserted++ === 0) process.stdout.write("inserting");
    setImmediate(work);
  };
  work();`;

/** Another process that inserts all the time, until the test ends. Resolves when it has begun. */
export async function startWriter(path: string): Promise<void> {
  const writer = spawn(process.execPath, ["--no-warnings", "-e", insertForever, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void writer.kill("SIGKILL"));
  await once(writer.stdout, "data");
}

/** The program's output, or its failure as an error. */
export function stock(program: string, args: readonly string[], options: { readonly cwd: string }): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { ...options, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  return stdout;
}

/** Whether a stock program that a test needs is here; a test without it is a named skip. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}
