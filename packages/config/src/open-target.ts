import { DbsaveError, type Engine, isDbsaveError, type Job, type Storage } from "@dbsave/core";
import { openCodecs } from "./codecs.ts";
import { engineKind, type TargetSettings } from "./engines/engines.ts";
import type { ConfigPath } from "./issues/issue.ts";
import { type FullPolicy, guardOf, retentionOf } from "./policies.ts";
import { encryptReferences, type KeyContext, type KeyReference, readKeys } from "./secrets/key-references.ts";
import { readReference } from "./secrets/read-reference.ts";
import { referenceOrFile } from "./secrets/reference.ts";
import type { StorageConfig } from "./storage.ts";

/** Keys that are not in the configuration, for a backup that it cannot decrypt: references, or paths from the working directory. */
export interface OpenTargetOptions {
  readonly identities?: readonly string[];
  readonly passphrase?: string;
}

/** Disposing closes engine and storage. */
export interface OpenTarget extends AsyncDisposable {
  readonly job: Job;
  readonly storage: Storage;
  /** Codecs for any backup of the target, also one that was taken with other settings. */
  readonly decoders: Job["codecs"];
}

/** All that is known of a target before it is opened; everything is validated. */
export interface TargetParts {
  readonly name: string;
  readonly settings: TargetSettings;
  readonly storage: StorageConfig;
  readonly policy: FullPolicy;
  /** Where `policy.encrypt` stands. */
  readonly encryptPath: ConfigPath;
  readonly context: TargetContext;
}

export interface TargetContext extends KeyContext {
  /** Where paths of `OpenTargetOptions` start. */
  readonly cwd: string;
}

/** See `TargetConfig.open`. */
export async function openTarget(parts: TargetParts, options: OpenTargetOptions): Promise<OpenTarget> {
  const { name, settings, policy, encryptPath, context } = parts;
  const configured = await readKeys(encryptReferences(policy.encrypt, encryptPath), context);
  const given = await readKeys(givenReferences(options), { ...context, directory: context.cwd, label: optionLabel });
  const passphrase = given.passphrase ?? configured.passphrase;
  const { codecs, decoders } = await openCodecs({
    compress: policy.compress,
    encrypt: policy.encrypt === "none" ? null : configured,
    decrypt: { identities: [...configured.identities, ...given.identities], ...(passphrase && { passphrase }) },
  });
  await using opened = new AsyncDisposableStack();
  const engine = opened.use(await openEngine(parts));
  const storage = opened.use(await parts.storage.create());
  const job: Job = {
    target: name,
    engine,
    codecs,
    ...(settings.method === undefined ? {} : { method: settings.method }),
    save: policy.save,
    verify: policy.verify,
    retention: retentionOf(policy),
    guard: guardOf(policy),
    timeZone: policy.timezone,
  };
  const kept = opened.move();
  return { job, storage, decoders, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function openEngine({ name, settings, context }: TargetParts): Promise<Engine> {
  const label = (...path: readonly string[]) => context.label(["targets", name, ...path]);
  const read = (key: string, reference: string) => readReference(reference, label(key), "private", context);
  try {
    return await engineKind(settings.engine).open(settings, { directory: context.directory, env: context.env, read });
  } catch (cause) {
    if (!isDbsaveError(cause, "OPTIONS_INVALID")) throw cause;
    throw new DbsaveError(cause.code, `${label()}: ${cause.message}`, { cause, hint: cause.hint });
  }
}

function givenReferences({ identities = [], passphrase }: OpenTargetOptions): KeyReference[] {
  const keys = { identities: identities.map(referenceOrFile), ...(passphrase === undefined ? {} : { passphrase }) };
  return encryptReferences(keys, []);
}

function optionLabel(path: ConfigPath): string {
  return path[0] === "identities" ? "--identity" : "--passphrase";
}
