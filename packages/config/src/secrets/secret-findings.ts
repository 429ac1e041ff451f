import { type Finding, throwIfAborted, toDbsaveError } from "@dbsave/core";
import { type KeyContext, type KeyReference, readKey } from "./key-references.ts";

/** Reads every reference and forgets the value: one error for each that cannot be used. ABORTED is thrown. */
export async function secretFindings(
  target: string,
  references: readonly KeyReference[],
  context: KeyContext,
): Promise<readonly Finding[]> {
  const results = await Promise.allSettled(references.map((reference) => readKey(reference, context)));
  throwIfAborted(context.signal, `config: secrets of ${target}`);
  return results.flatMap((result) => {
    if (result.status === "fulfilled") return [];
    const { code, message, hint } = toDbsaveError(result.reason, "SECRET_UNAVAILABLE", target);
    return [{ severity: "error", code, object: target, message, fix: hint } as const];
  });
}
