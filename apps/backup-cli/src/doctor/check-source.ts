import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { OpenTarget, OpenTargetOptions, TargetConfig } from "@dbsave/config";
import { DbsaveError, formatBytes, isDbsaveError, type ServerFacts, withContext } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import { type Check, fromFinding, ok } from "./check.ts";
import { checkContainer } from "./check-container.ts";
import { freeBytesOf } from "./check-host.ts";

/** Opens a target as a run would: secrets, codecs, the source itself, room to prove a backup of it. */
export async function* checkSource(
  target: TargetConfig,
  keys: OpenTargetOptions,
  session: Session,
): AsyncGenerator<Check> {
  const about = `target ${target.name}`;
  await using open = await target.open(keys);
  const { engine, codecs } = open.job;
  yield ok(about, `secrets can be read; codecs: ${codecs.map(({ name }) => name).join(", ") || "none"}`);
  yield await checkCodecs(open, about);
  const facts = await withContext(session.run, target.name, "probe", (ctx) => engine.probe(ctx));
  yield ok(about, `${facts.description}: ${engine.name} ${facts.version}, ${formatBytes(facts.sizeBytes)}`);
  for (const finding of facts.findings) {
    const stopsRun = finding.code === "SAVE_FAILED" && open.job.save === "required";
    yield fromFinding(about, stopsRun ? { ...finding, severity: "error" } : finding);
  }
  yield* checkContainer(target, facts, about, session);
  if (target.verify === "restore") yield* checkScratch(engine.capabilities.scratch, facts, about, session);
}

/** What is stored must come back: a sample through every codec and back. */
async function checkCodecs({ job, decoders }: OpenTarget, about: string): Promise<Check> {
  for (const codec of job.codecs) await codec.check();
  const sample = Buffer.alloc(100_000, "dbsave");
  const coded = job.codecs.reduce<Readable>(
    (stream, codec) => stream.compose(codec.encoder()),
    Readable.from([sample]),
  );
  const stored = await buffer(coded);
  const back = job.codecs.toReversed().flatMap(({ name }) => decoders.find((codec) => codec.name === name) ?? []);
  try {
    const decoded = await buffer(
      back.reduce<Readable>((stream, codec) => stream.compose(codec.decoder()), Readable.from([stored])),
    );
    if (decoded.equals(sample)) return ok(about, "what is encoded can be decoded here");
  } catch (error) {
    if (!isDbsaveError(error, "KEY_WRONG") || job.verify === "structure" || job.verify === "restore") throw error;
    const message =
      "encrypts, and no identity to decrypt with is here: only verify --level hashes works on this machine";
    return {
      severity: "info",
      about,
      message,
      fix: "Prove now and then, where the identity is, that it opens a backup: dbsave verify --identity.",
    };
  }
  throw new DbsaveError("DECODE_FAILED", `${about}: what was encoded decodes to something else`);
}

async function* checkScratch(
  hasScratch: boolean,
  facts: ServerFacts,
  about: string,
  session: Session,
): AsyncGenerator<Check> {
  if (!hasScratch) {
    const fix = "Set verify: structure.";
    yield {
      severity: "error",
      about,
      code: "UNSUPPORTED",
      message: "its engine has no scratch instance to verify by restore",
      fix,
    };
    return;
  }
  const { scratchRoot } = session.run;
  const free = await freeBytesOf(scratchRoot);
  if (free >= facts.sizeBytes) return;
  const message = `${scratchRoot} has ${formatBytes(free)} free, a restore to verify needs ${formatBytes(facts.sizeBytes)}`;
  yield {
    severity: "warning",
    about,
    code: "NO_SPACE",
    message,
    fix: "Free space, or name a larger place: --scratch, or scratch in the configuration.",
  };
}
