import assert from "node:assert/strict";
import { type ArtifactSource, type BackupRequest, DbsaveError } from "@dbsave/core";
import { assertHolds, assertTidy, restoreInto } from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { hold } from "./held-backup.ts";
import { replay } from "./replay.ts";

/** Backups upon others, of methods that have incremental ones. */
export const chainingPromises: readonly EnginePromise[] = [
  {
    name: "restores an incremental backup, with all it was taken upon, to the contents of its own moment",
    needs: "incremental",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const source = await incrementalUpon(trial, await incrementalUpon(trial, await fullOf(trial)));
      const contents = await subject.engine.fingerprint(ctx);
      await subject.mutate();
      await restoreInto(trial, source);
      await assertHolds(trial, subject.into, contents);
      await assertTidy(ctx);
    },
  },
  {
    name: "finds nothing wrong with incremental backups that are whole",
    needs: "incremental",
    run: async (trial) => {
      const source = await incrementalUpon(trial, await fullOf(trial));
      assert.deepEqual(await trial.subject.engine.inspect(source, trial.ctx), []);
    },
  },
  {
    name: "takes a full backup, and says why, upon one that cannot be read",
    needs: "incremental",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const locked = new DbsaveError("KEY_WRONG", "testkit: there is no key");
      const parent: ArtifactSource = { ...(await fullOf(trial)), open: () => Promise.reject(locked) };
      const held = await hold(subject.engine, ctx, { ...request(trial), kind: "incremental", parent });
      assert.equal(held.facts.kind, "full");
      assert.ok((held.facts.fullBecause ?? "") !== "", "does not say why");
      const contents = await subject.engine.fingerprint(ctx);
      await restoreInto(trial, replay(held));
      await assertHolds(trial, subject.into, contents);
    },
  },
];

async function fullOf(trial: EngineTrial): Promise<ArtifactSource> {
  return replay(await hold(trial.subject.engine, trial.ctx, request(trial)));
}

/** After more rows, and a changed value. */
async function incrementalUpon(trial: EngineTrial, parent: ArtifactSource): Promise<ArtifactSource> {
  const { subject, ctx } = trial;
  await subject.mutate();
  await subject.edit();
  const held = await hold(subject.engine, ctx, { ...request(trial), kind: "incremental", parent });
  assert.deepEqual([held.facts.kind, held.facts.fullBecause], ["incremental", undefined]);
  return { ...replay(held), parent };
}

/** A full backup by the first method that has incremental ones. */
function request({ subject: { engine } }: EngineTrial): BackupRequest & { readonly kind: "full" } {
  const [method = ""] =
    Object.entries(engine.capabilities.methods).find(([, kinds]) => kinds.includes("incremental")) ?? [];
  return { method, kind: "full" };
}
