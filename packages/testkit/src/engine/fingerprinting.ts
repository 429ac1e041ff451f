import assert from "node:assert/strict";
import type { Fingerprint, FingerprintItem } from "@dbsave/core";
import { assertSameContents, changingNothing } from "./engine-steps.ts";
import type { EnginePromise } from "./engine-subject.ts";

export const fingerprintingPromises: readonly EnginePromise[] = [
  {
    name: "takes the same fingerprint of the same contents, and changes nothing",
    run: async ({ subject, ctx }) => {
      await using other = subject.open(subject.source);
      const first = await changingNothing(subject, () => subject.engine.fingerprint(ctx));
      assertSameContents(await subject.engine.fingerprint(ctx), first, "the second fingerprint");
      assertSameContents(await other.fingerprint(ctx), first, "the fingerprint by another engine");
    },
  },
  {
    name: "lists the items of a fingerprint once each, sorted by kind and name",
    run: async ({ subject, ctx }) => {
      const { algorithm, items } = await subject.engine.fingerprint(ctx);
      assert.match(algorithm, /^[a-z0-9-]+$/);
      assert.ok(items.length > 0, "the fingerprint is empty");
      for (const [index, item] of items.entries()) {
        const before = items[index - 1];
        assert.ok(before === undefined || isBefore(before, item), `${item.kind} ${item.name} is not in order`);
        assert.match(item.hash, /^[0-9a-f]{16,}$/, `${item.name}: the hash is not hex or too short`);
        assert.ok(item.count === undefined || (Number.isSafeInteger(item.count) && item.count >= 0), "no count");
      }
    },
  },
  {
    name: "sees that rows were added, and more of them where it counts",
    run: async ({ subject, ctx }) => {
      const before = await subject.engine.fingerprint(ctx);
      await subject.mutate();
      const after = await subject.engine.fingerprint(ctx);
      assert.ok(changed(before, after).length >= 2, "rows in two tables are hardly to be seen");
      const isCounted = after.items.some(({ count }) => count !== undefined);
      assert.ok(!isCounted || rows(after) > rows(before), "more rows are not more");
    },
  },
  {
    name: "sees that one value changed, though no row more or less is there",
    run: async ({ subject, ctx }) => {
      let before = await subject.engine.fingerprint(ctx);
      for (let times = 0; times < 3; times += 1) {
        await subject.edit();
        const after = await subject.engine.fingerprint(ctx);
        assert.ok(changed(before, after).length > 0, "a changed value is not to be seen");
        assert.equal(rows(after), rows(before));
        before = after;
      }
    },
  },
  {
    name: "does not see the order in which contents are stored",
    needs: "reorder",
    run: async ({ subject, ctx }) => {
      const before = await subject.engine.fingerprint(ctx);
      await subject.reorder?.();
      assertSameContents(await subject.engine.fingerprint(ctx), before, "the source in another order");
    },
  },
];

/** By code units, as `<` compares texts. */
function isBefore(a: FingerprintItem, b: FingerprintItem): boolean {
  return a.kind < b.kind || (a.kind === b.kind && a.name < b.name);
}

function changed(before: Fingerprint, after: Fingerprint): readonly FingerprintItem[] {
  return after.items.filter(
    ({ kind, name, hash }) => before.items.find((item) => item.kind === kind && item.name === name)?.hash !== hash,
  );
}

function rows({ items }: Fingerprint): number {
  return items.reduce((sum, { count = 0 }) => sum + count, 0);
}
