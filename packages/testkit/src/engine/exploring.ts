import assert from "node:assert/strict";
import type { ExploredItem, Fingerprint } from "@dbsave/core";
import { refused } from "../storage/storage-steps.ts";
import { changingNothing } from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";

export const exploringPromises: readonly EnginePromise[] = [
  {
    name: "lists what there is, each thing once, with figures that make sense, and changes nothing",
    needs: "explore",
    run: async (trial) => {
      for (const count of [false, true]) {
        const items = await changingNothing(trial.subject, () => explore(trial, count));
        assert.ok(items.length > 0, "lists nothing");
        const names = items.map(({ kind, path }) => JSON.stringify([kind, path]));
        assert.deepEqual(names, [...new Set(names)], "lists something twice");
        items.forEach(assertSensible);
      }
    },
  },
  {
    name: "counts rows exactly when it is asked to, as many as a fingerprint does",
    needs: "explore",
    run: async (trial) => {
      const { engine } = trial.subject;
      for (let times = 0; times < 2; times += 1) {
        const items = await explore(trial, true);
        for (const { kind, path, rows } of items) {
          assert.ok(
            rows?.isExact !== false,
            `${kind} ${path.join(".")}: its rows are estimated, though they were to be counted`,
          );
        }
        const listed = new Map(items.map(({ path, rows }) => [path.at(-1), rows?.count]));
        const { items: digested } = await engine.fingerprint(trial.ctx);
        const missed = [...countsByName(digested)].filter(([name, counts]) => {
          const count = listed.get(name);
          return listed.has(name) && (count === undefined || !counts.includes(count));
        });
        assert.deepEqual(missed, [], "what is counted differs from the fingerprint");
        assert.ok(
          items.some(({ rows }) => (rows?.count ?? 0) > 0),
          "counts nothing at all",
        );
        await trial.subject.mutate();
      }
    },
  },
  {
    name: "refuses with SOURCE_NOT_FOUND to explore a database that is not there",
    needs: "explore",
    run: async ({ subject: { engine }, ctx }) => {
      const request = { count: false, database: "no-such-database" };
      await refused(engine.explore?.(request, ctx) ?? Promise.resolve(), "SOURCE_NOT_FOUND");
    },
  },
];

async function explore({ subject: { engine }, ctx }: EngineTrial, count: boolean): Promise<readonly ExploredItem[]> {
  return (await engine.explore?.({ count }, ctx)) ?? [];
}

/**
 * By the last part of a name, which fingerprints and explorations share; only plain ones, since each quotes in its own way.
 * Several items may bear one name: a table that is empty itself, and the rows that are seen through it.
 */
function countsByName(items: Fingerprint["items"]): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const { name, count } of items) {
    const plain = /^(?:[a-z_]+\.)?([a-z_]+)$/.exec(name)?.[1];
    if (plain === undefined || count === undefined) continue;
    counts.set(plain, [...(counts.get(plain) ?? []), count]);
  }
  return counts;
}

function assertSensible({ kind, path, sizeBytes = 0, rows, details }: ExploredItem): void {
  const what = `${kind} ${path.join(".")}`;
  assert.match(kind, /^[a-z][a-z -]*$/);
  assert.ok(path.length > 0 && path.every((part) => part !== ""), `${what}: a name is missing`);
  for (const figure of [sizeBytes, rows?.count ?? 0])
    assert.ok(Number.isSafeInteger(figure) && figure >= 0, `${what}: ${figure} is no figure`);
  for (const [name, value] of Object.entries(details)) {
    assert.match(name, /^[a-z][a-zA-Z]*$/, `${what}: ${name}`);
    if (name.endsWith("Share")) assert.ok(Number(value) >= 0 && Number(value) <= 1, `${what}: ${name} is no share`);
  }
}
