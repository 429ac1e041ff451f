import assert from "node:assert/strict";
import type { EnginePromise } from "./engine-subject.ts";

export const describingPromises: readonly EnginePromise[] = [
  {
    name: "declares what it has: methods with their kinds, and a scratch instance or none",
    run: async ({ subject: { engine } }) => {
      const { methods, save, scratch } = engine.capabilities;
      assert.match(engine.name, /^[a-z][a-z0-9-]*$/);
      assert.ok(["blocks", "non-blocking", "not-needed"].includes(save), `save is "${save}"`);
      assert.ok(Object.keys(methods).length > 0, "declares no method");
      for (const [method, kinds] of Object.entries(methods)) {
        assert.match(method, /^[a-z][a-z0-9-]*$/);
        assert.ok(kinds.length > 0, `${method} takes no kind of backup`);
      }
      assert.equal(scratch, engine.scratch !== undefined, "`capabilities.scratch` and `scratch` contradict each other");
    },
  },
  {
    name: "learns about a healthy source, the same identity each time",
    run: async ({ subject, ctx }) => {
      const { identity, ...facts } = await subject.engine.probe(ctx);
      for (const text of [identity, facts.version, facts.description]) assert.notEqual(text.trim(), "");
      assert.ok(Number.isFinite(facts.sizeBytes) && facts.sizeBytes > 0, `the size is ${facts.sizeBytes}`);
      assert.deepEqual(
        facts.findings.filter(({ severity }) => severity === "error"),
        [],
      );
      await subject.mutate();
      await using other = subject.open(subject.source);
      assert.equal((await other.probe(ctx)).identity, identity, "the identity changes with the contents");
    },
  },
  {
    name: "changes nothing when it probes",
    run: async ({ subject, ctx }) => {
      const [before, placesBefore] = [await subject.snapshot(subject.source), await subject.places()];
      await subject.engine.probe(ctx);
      await subject.engine.probe(ctx);
      assert.equal(await subject.snapshot(subject.source), before, "the source was changed");
      assert.deepEqual(await subject.places(), placesBefore, "something was left beside the source");
    },
  },
];
