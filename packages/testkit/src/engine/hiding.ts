import assert from "node:assert/strict";
import { inspect } from "node:util";
import { DbsaveError } from "@dbsave/core";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { full, hold } from "./held-backup.ts";
import { memorySink } from "./memory-sink.ts";
import { damages } from "./refusing.ts";
import { allThen, replay } from "./replay.ts";

export const hidingPromises: readonly EnginePromise[] = [
  {
    name: "shows its secrets nowhere: not in errors, events, facts, findings, plans or itself",
    needs: "secrets",
    run: async (trial) => {
      const secrets = trial.subject.secrets ?? [];
      for (const [what, value] of Object.entries(await everythingShown(trial))) {
        const text = asPrinted(value);
        assert.ok(!secrets.some((secret) => text.includes(secret)), `a secret can be read in: ${what}`);
      }
    },
  },
];

async function everythingShown({ subject, ctx, events }: EngineTrial): Promise<Readonly<Record<string, unknown>>> {
  const { engine, into } = subject;
  const held = await hold(engine, ctx);
  const failure = new DbsaveError("STORAGE_FAILED", "testkit: the connection was lost");
  const failingSink = memorySink(() => Promise.reject(failure));
  await using nobody = subject.open(into);
  const [damaged = held] = damages(held);
  const shown = {
    "the engine": engine,
    "the manifest": held.manifest,
    "the recipe": held.facts.recipe,
    "the facts about the source": await engine.probe(ctx),
    "the save report": await engine.save(ctx),
    "the fingerprint": await engine.fingerprint(ctx),
    "what is found in a damaged backup": await engine.inspect(replay(damaged), ctx),
    "the plan": await engine.planRestore({ into, force: false }, replay(held), ctx),
    "the error of a refused backup": await outcome(engine.backup({ ...full, method: "none" }, memorySink(), ctx)),
    "the error of a failed backup": await outcome(engine.backup(full, failingSink, ctx)),
    "the error of a refused restore": await outcome(engine.restore({ force: false }, replay(held), ctx)),
    "the error of a failed restore": await outcome(
      engine.restore({ into, force: false }, replay(held, allThen(failure)), ctx),
    ),
    "the error of a restore of something damaged": await outcome(
      engine.restore({ into, force: false }, replay(damaged), ctx),
    ),
    "the error of an empty place, probed": await outcome(nobody.probe(ctx)),
    "the error of an empty place, backed up": await outcome(nobody.backup(full, memorySink(), ctx)),
    "the restore report": await engine.restore({ into, force: false }, replay(held), ctx),
  };
  await engine[Symbol.asyncDispose]();
  return { ...shown, "the error of a disposed engine": await outcome(engine.probe(ctx)), "the events": events };
}

async function outcome(operation: Promise<unknown>): Promise<unknown> {
  return await operation.catch((error: unknown) => error);
}

/** All that a logger could print of `value`. */
function asPrinted(value: unknown): string {
  return `${inspect(value, { depth: 8, showHidden: true, getters: true, maxArrayLength: 1000 })}\n${asJson(value)}`;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return ""; // cannot be printed so
  }
}
