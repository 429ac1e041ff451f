import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "@dbsave/core";
import type { EngineSubject } from "./engine-subject.ts";
import { isMissing, readToyData, type ToyData, writeToyData } from "./toy-data.ts";
import { toyEngine } from "./toy-engine.ts";

const MiB = 1024 * 1024;

/** A toy database with everything the suite needs; `wrap` may change the engines on it. */
export async function toySubject(
  wrap: (honest: Engine, path: string) => Engine = (honest) => honest,
): Promise<EngineSubject> {
  const directory = await mkdtemp(join(tmpdir(), "dbsave-toy-"));
  const source = join(directory, "source.json");
  const open = (path: string): Engine => wrap(toyEngine({ path }), path);
  let changes = 0;
  const change = async (edit: (data: ToyData, count: number) => ToyData): Promise<void> => {
    changes += 1;
    await writeToyData(source, edit(await readToyData(source), changes));
  };
  await writeToyData(source, someOfEverything());
  return {
    engine: open(source),
    source,
    into: join(directory, "into.json"),
    open,
    mutate: () => change((data, count) => addRow(addRow(data, "users", `new-${count}`), "orders", `new-${count}`)),
    edit: () => change((data, count) => ({ ...data, users: { ...data["users"], ada: `edited ${count}` } })),
    reorder: () => change(reversed),
    grow: () => change((data) => addRow(data, "blobs", "big", "x".repeat(33 * MiB))),
    snapshot: digest,
    places: () => readdir(directory),
    secrets: [toyPassword],
    part: { tables: ["users", "empty"] },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

/** A toy needs no password; a broken one may show this one. */
export const toyPassword = "p4ss-w0rd-of-the-toy";

function someOfEverything(): ToyData {
  const rows = Array.from({ length: 4000 }, (_, index) => [`order-${index}`, `${index * 7} pieces of something`]);
  return {
    users: { ada: "1", bob: "2", "": "no name", 'it\'s "quoted"': "\\ \n \u0000 ü 🦆" },
    empty: {},
    orders: Object.fromEntries(rows),
    "odd/name: 'ü'": { "10": "ten", "9": "nine" },
  };
}

function addRow(data: ToyData, table: string, key: string, value = "added"): ToyData {
  return { ...data, [table]: { ...data[table], [key]: value } };
}

function reversed(data: ToyData): ToyData {
  const turn = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).toReversed());
  return turn(Object.fromEntries(Object.entries(data).map(([table, rows]) => [table, turn(rows)])));
}

async function digest(path: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}
