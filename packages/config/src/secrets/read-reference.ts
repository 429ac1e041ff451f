import { isAbsolute, resolve } from "node:path";
import { DbsaveError, isDbsaveError, Secret, type ToolRunner } from "@dbsave/core";
import { readSmallFile } from "../file/small-file.ts";
import { describeReference, parseReference, type Reference } from "./reference.ts";

const limitBytes = 64 * 1024;

/** From where references are read. */
export interface ReferenceContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tools: ToolRunner;
  readonly signal: AbortSignal;
  /** Relative paths start here, and commands run here. */
  readonly directory: string;
  /** How long a command may be silent. @default 30000 */
  readonly commandTimeoutMs?: number;
}

/** A private value may not lie in a file that everybody can read; a public one, such as a recipient, not where everybody can write. */
export type Privacy = "private" | "public";

/**
 * The value behind `text` (`env:NAME`, `file:/path`, `cmd:program args`), without one line end at its end. Fails closed with
 * SECRET_UNAVAILABLE, naming `what` and the reference and never a value: when it is absent, empty, larger than 64 KiB, not
 * text, or readable for everybody. ABORTED when `signal` was the reason.
 */
export async function readReference(
  text: string,
  what: string,
  privacy: Privacy,
  context: ReferenceContext,
): Promise<Secret> {
  const reference = parseReference(text);
  if (reference === undefined) throw unavailable(`${what}: not a reference`);
  const where = `${what}: ${describeReference(reference)}`;
  const value = (await readValue(reference, where, privacy, context)).replace(/\r?\n$/, "");
  if (value === "") throw unavailable(`${where}: it is empty`);
  return new Secret(value);
}

async function readValue(
  reference: Reference,
  where: string,
  privacy: Privacy,
  context: ReferenceContext,
): Promise<string> {
  if (reference.kind === "env") return fromEnvironment(reference.name, where, context);
  return reference.kind === "file"
    ? await fromFile(resolve(context.directory, reference.path), where, privacy)
    : await fromCommand(reference, where, context);
}

function fromEnvironment(name: string, where: string, { env }: ReferenceContext): string {
  const value = env[name];
  if (value === undefined) throw unavailable(`${where}: the variable is not set`);
  return value;
}

async function fromFile(path: string, where: string, privacy: Privacy): Promise<string> {
  const { text, mode } = await readSmallFile(path, limitBytes).catch((cause: Error) => {
    throw unavailable(`${where}: ${cause.message}`, undefined, cause);
  });
  if ((mode & 0o002) !== 0) throw unavailable(`${where}: everybody may write to it`, `chmod o-w ${path}`);
  if (privacy === "private" && (mode & 0o004) !== 0 && !isMountedSecret(path)) {
    throw unavailable(`${where}: everybody may read it`, `chmod 600 ${path}`);
  }
  return text;
}

/** Docker mounts secrets readable for everybody inside the container, on a file system of its own. */
function isMountedSecret(path: string): boolean {
  return path.startsWith("/run/secrets/");
}

async function fromCommand(
  { program, args }: Reference & { readonly kind: "cmd" },
  where: string,
  context: ReferenceContext,
): Promise<string> {
  const { tools, signal, directory, commandTimeoutMs = 30_000 } = context;
  const env = Object.fromEntries(
    Object.entries(context.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const tool = program.includes("/") && !isAbsolute(program) ? resolve(directory, program) : program;
  const { captureText } = await import("@dbsave/exec");
  const options = { signal, env, cwd: directory, stallTimeoutMs: commandTimeoutMs, maxBytes: limitBytes };
  return await captureText(tools, tool, args, options).catch((cause: unknown) => {
    if (isDbsaveError(cause, "ABORTED")) throw cause;
    throw unavailable(`${where}: ${cause instanceof Error ? cause.message : "failed"}`, undefined, cause);
  });
}

function unavailable(message: string, hint?: string, cause?: unknown): DbsaveError {
  return new DbsaveError("SECRET_UNAVAILABLE", message, { ...(hint === undefined ? {} : { hint }), cause });
}
