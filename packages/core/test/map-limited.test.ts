import { expect, it } from "vitest";
import { mapLimited } from "../src/catalog/map-limited.ts";

it("works on every item, never on more than the limit at a time", async () => {
  const done: number[] = [];
  let [now, most] = [0, 0];
  await mapLimited([...Array(50).keys()], 4, async (item) => {
    now += 1;
    most = Math.max(most, now);
    await Promise.resolve();
    now -= 1;
    done.push(item);
  });
  expect(done.toSorted((a, b) => a - b)).toEqual([...Array(50).keys()]);
  expect(most).toBe(4);
});

it("starts nothing more after a failure, and ends when what was started has", async () => {
  const started: number[] = [];
  const work = mapLimited([...Array(1000).keys()], 4, async (item) => {
    started.push(item);
    await Promise.resolve();
    if (item === 2) throw new Error("item 2");
  });
  await expect(work).rejects.toThrow("item 2");
  expect(started.length).toBeLessThan(12);
});
