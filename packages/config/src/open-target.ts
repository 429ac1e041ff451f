import { DbsaveError, type Engine, isDbsaveError, type Job, type Storage } from "@dbsave/core";
import type { PostgresOptions } from "@dbsave/postgres";
import { type OpenCodecs, openCodecs } from "./codecs.ts";
import type { EngineContext } from "./engines/engine-kind.ts";
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

/** Where the bytes of a target go, and how, without its source. Disposing closes the storage. */
export interface OpenStore extends AsyncDisposable {
  readonly storage: Storage;
  /** As the target stores from now on. */
  readonly codecs: Job["codecs"];
  /** Codecs for whatever is stored of the target, also with other settings. */
  readonly decoders: Job["codecs"];
}

/** Disposing closes engine and storage. */
export interface OpenTarget extends Omit<OpenStore, "codecs"> {
  readonly job: Job;
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
  /** The one file of the configuration; absent where it is looked for in the system's directory, or there is none. */
  readonly configFile?: string | undefined;
}

/** See `TargetConfig.open`. */
export async function openTarget(parts: TargetParts, options: OpenTargetOptions): Promise<OpenTarget> {
  const { name, settings, policy, context } = parts;
  const kind = engineKind(settings.engine);
  const { codecs, decoders } = await codecsOf(parts, encryptReferencesOf(parts), options);
  await using opened = new AsyncDisposableStack();
  const engine = opened.use(await openEngine(parts));
  const storage = opened.use(await parts.storage.create());
  const job: Job = {
    target: name,
    engine,
    codecs,
    ...(settings.method === undefined ? {} : { methods: methodsOf(settings) }),
    incremental: kind.incremental?.(settings) ?? null,
    log: kind.wal?.(settings, name, context.directory) ?? null,
    save: policy.save,
    verify: policy.verify,
    retention: retentionOf(policy),
    guard: guardOf(policy),
    timeZone: policy.timezone,
  };
  const kept = opened.move();
  return { job, storage, decoders, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** See `TargetConfig.openStore`. */
export async function openStore(parts: TargetParts, use: "write" | "read"): Promise<OpenStore> {
  const references = encryptReferencesOf(parts).filter(({ role }) => use === "read" || role !== "identities");
  const { codecs, decoders } = await codecsOf(parts, references, {});
  const storage = await parts.storage.create();
  return { storage, codecs, decoders, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
}

async function codecsOf(
  { policy, context }: TargetParts,
  references: readonly KeyReference[],
  options: OpenTargetOptions,
): Promise<OpenCodecs> {
  const configured = await readKeys(references, context);
  const given = await readKeys(givenReferences(options), { ...context, directory: context.cwd, label: optionLabel });
  const passphrase = given.passphrase ?? configured.passphrase;
  return await openCodecs({
    compress: policy.compress,
    encrypt: policy.encrypt === "none" ? null : configured,
    decrypt: { identities: [...configured.identities, ...given.identities], ...(passphrase && { passphrase }) },
  });
}

function encryptReferencesOf({ policy, encryptPath }: TargetParts): KeyReference[] {
  return encryptReferences(policy.encrypt, encryptPath);
}

/** As written, one or several; empty where the engine's first is meant. */
export function methodsOf({ method }: TargetSettings): readonly string[] {
  return method === undefined ? [] : [method].flat();
}

/** See `TargetConfig.logSource`. */
export async function openLogSource(parts: TargetParts): Promise<PostgresOptions> {
  const { name, settings } = parts;
  const kind = engineKind(settings.engine);
  if (kind.logSource === undefined)
    throw new DbsaveError("UNSUPPORTED", `${name}: ${settings.engine} has no log to receive`);
  const opening = kind.logSource.bind(kind);
  return await withEngineContext(parts, (context) => opening(settings, context));
}

async function openEngine(parts: TargetParts): Promise<Engine> {
  const { settings } = parts;
  return await withEngineContext(parts, (context) => engineKind(settings.engine).open(settings, context));
}

async function withEngineContext<T>(
  { name, context }: TargetParts,
  work: (context: EngineContext) => Promise<T>,
): Promise<T> {
  const label = (...path: readonly string[]) => context.label(["targets", name, ...path]);
  const read = (key: string, reference: string) => readReference(reference, label(key), "private", context);
  try {
    const { directory, configFile = null, env } = context;
    return await work({ target: name, directory, configFile, env, read });
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
