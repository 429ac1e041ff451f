import type { Finding } from "../contracts/finding.ts";
import { type VerifyLevel, verifyLevels } from "../contracts/job.ts";
import type { Storage } from "../contracts/storage.ts";
import { readDocument, writeDocument } from "../documents/document-store.ts";
import { Fields } from "../documents/fields.ts";
import { sealJson, unsealJson } from "../documents/sealed-json.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { ERRORS, type ErrorCode } from "../errors/error-table.ts";
import { newEventId } from "../repository/backup-id.ts";
import { keys } from "../repository/layout.ts";

const levels = [...verifyLevels, "guard"] as const;
const outcomes = ["passed", "failed", "inconclusive"] as const;

/** The recorded result of one check of one backup. Append-only: a later proof speaks louder, none is changed. */
export interface Proof {
  readonly formatVersion: 1;
  readonly target: string;
  readonly backup: string;
  readonly level: VerifyLevel | "guard";
  /** `inconclusive`: the check could not be made (no space, no scratch instance); says nothing about the backup. */
  readonly outcome: (typeof outcomes)[number];
  readonly startedAt: Date;
  readonly durationMs: number;
  /** One line for people: `12 tables, 104,211 rows equal`. */
  readonly summary: string;
  readonly findings: readonly Finding[];
  /** Of a restore that came to its end. */
  readonly restored?: ProofOfRestore;
  readonly host: string;
  readonly run: string;
}

export interface ProofOfRestore {
  /** From the beginning until the restored instance could be used: the recovery time that was measured. */
  readonly durationMs: number;
  /** Whether all of it was compared with a fingerprint, or read. */
  readonly examined: boolean;
  /** Of a recovery to a moment of the log. */
  readonly drill?: ProofOfDrill;
}

export interface ProofOfDrill {
  readonly requested: Date;
  /** Commit time of the last transaction that was recovered; null when it was none. */
  readonly reached: Date | null;
  readonly position: string;
  /** What the moment was chosen by. */
  readonly seed: number;
}

/** Durable on return. MANIFEST_INVALID, and nothing is stored, for one that could not be read again: it would spoil its backup. */
export async function writeProof(storage: Storage, proof: Proof, signal: AbortSignal): Promise<void> {
  const key = keys.proof(proof.target, proof.backup, newEventId(proof.startedAt));
  const text = sealJson(proof);
  parseProof(text, key);
  await writeDocument(storage, key, text, "fail", signal);
}

/** The proof called `name` of a backup. MANIFEST_INVALID when it was damaged or changed, or is about another backup. */
export async function readProof(
  storage: Storage,
  target: string,
  backup: string,
  name: string,
  signal: AbortSignal,
): Promise<Proof> {
  const key = `${keys.proofsOf(target, backup)}${name}`;
  const proof = parseProof(await readDocument(storage, key, signal), key);
  if (proof.target === target && proof.backup === backup) return proof;
  throw new DbsaveError("MANIFEST_INVALID", `${key}: it is about ${proof.backup} of ${proof.target}`);
}

function parseProof(text: string, key: string): Proof {
  const fields = new Fields(unsealJson(text, key), key);
  const restored = fields.optional("restored", () => readRestored(fields.fields("restored")));
  return {
    formatVersion: 1,
    target: fields.segment("target"),
    backup: fields.segment("backup"),
    level: fields.oneOf("level", levels),
    outcome: fields.oneOf("outcome", outcomes),
    startedAt: fields.date("startedAt"),
    durationMs: fields.count("durationMs"),
    summary: fields.text("summary"),
    findings: fields.list("findings", readFinding),
    ...(restored !== undefined && { restored }),
    host: fields.text("host"),
    run: fields.segment("run"),
  };
}

function readRestored(fields: Fields): ProofOfRestore {
  const drill = fields.optional("drill", () => readDrill(fields.fields("drill")));
  return {
    durationMs: fields.count("durationMs"),
    examined: fields.flag("examined"),
    ...(drill !== undefined && { drill }),
  };
}

function readDrill(fields: Fields): ProofOfDrill {
  return {
    requested: fields.date("requested"),
    reached: fields.textOrNull("reached") === null ? null : fields.date("reached"),
    position: fields.text("position"),
    seed: fields.count("seed"),
  };
}

function readFinding(fields: Fields): Finding {
  const fix = fields.optional("fix", () => fields.text("fix"));
  const finding = {
    severity: fields.oneOf("severity", ["error", "warning", "info"] as const),
    code: fields.oneOf("code", Object.keys(ERRORS) as ErrorCode[]),
    object: fields.anyText("object"),
    message: fields.text("message"),
  };
  return fix === undefined ? finding : { ...finding, fix };
}
