import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { Fingerprint } from "@dbsave/core";
import {
  assertHolds,
  assertSameContents,
  changingNothing,
  fingerprintOf,
  fullRequests,
  restoreInto,
} from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { type HeldBackup, hold } from "./held-backup.ts";
import { memorySink } from "./memory-sink.ts";
import { replay } from "./replay.ts";

/** An engine that holds writers back while it reads is consistent as well; then nobody waits longer for them. */
const writersAreHeldBackMs = 250;

export const backingUpPromises: readonly EnginePromise[] = [
  {
    name: "restores what each of its methods backed up, to the same contents",
    run: async (trial) => {
      const { subject, ctx } = trial;
      for (const [index, request] of fullRequests(subject.engine).entries()) {
        const contents = await fingerprintOf(trial, subject.source);
        const held = await hold(subject.engine, ctx, request);
        if (held.facts.fingerprint) assertSameContents(held.facts.fingerprint, contents, "the fingerprint");
        await restoreInto(trial, replay(held), index > 0);
        await assertHolds(trial, subject.into, contents);
        await subject.mutate();
      }
    },
  },
  {
    name: "takes backup after backup, and each restores to what it was taken of",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const taken: { readonly held: HeldBackup; readonly contents: Fingerprint }[] = [];
      for (let times = 0; times < 2; times += 1) {
        await subject.mutate();
        taken.push({ contents: await subject.engine.fingerprint(ctx), held: await hold(subject.engine, ctx) });
      }
      for (const { held, contents } of taken.toReversed()) {
        await restoreInto(trial, replay(held), true);
        await assertHolds(trial, subject.into, contents);
      }
    },
  },
  {
    name: "backs up one moment while others write, and gives the fingerprint of that moment",
    run: async (trial) => {
      for (const [index, { method = "" }] of fullRequests(trial.subject.engine).entries()) {
        const { held, moments } = await holdWhileWriting(trial, method);
        await restoreInto(trial, replay(held), index > 0);
        const restored = await fingerprintOf(trial, trial.subject.into);
        assertSameContents(restored, held.facts.fingerprint ?? restored, "the restored place");
        const isOneMoment = moments.some((moment) => asText(moment) === asText(restored));
        assert.ok(isOneMoment, `${method}: the source never held what was backed up`);
      }
    },
  },
  {
    name: "leaves the source as it is when it backs up",
    run: async ({ subject, ctx }) => {
      for (const request of fullRequests(subject.engine)) {
        await changingNothing(subject, () => hold(subject.engine, ctx, request));
      }
    },
  },
];

/** A backup during which others commit, and all that the source ever held. */
async function holdWhileWriting(
  { subject, ctx }: EngineTrial,
  method: string,
): Promise<{ readonly held: HeldBackup; readonly moments: readonly Fingerprint[] }> {
  await using watcher = subject.open(subject.source);
  const moments = [await watcher.fingerprint(ctx)];
  let writing = Promise.resolve();
  const commit = async (): Promise<void> => {
    await subject.mutate();
    moments.push(await watcher.fingerprint(ctx));
  };
  const seen = new Set<string>();
  const sink = memorySink(async (moment, { name }) => {
    if (moment === "chunk" && seen.has(name)) return;
    if (moment === "chunk") seen.add(name);
    writing = writing.then(commit);
    await Promise.race([writing, wait(writersAreHeldBackMs)]);
  });
  const held = await hold(subject.engine, ctx, { method, kind: "full" }, sink);
  await writing;
  assert.ok(moments.length > 1, "nobody wrote during the backup");
  return { held, moments };
}

const asText = ({ algorithm, items }: Fingerprint): string =>
  JSON.stringify([algorithm, items.map(({ kind, name, count, hash }) => [kind, name, count, hash])]);
