import {
  type Comparison,
  compareRestored,
  type Engine,
  phase,
  type RestoreOptions,
  type RestoreReport,
} from "@dbsave/core";
import type { Session } from "../session/session.ts";

/** Null when nothing carries a fingerprint: a whole physical backup. */
export async function compared(
  engine: Engine,
  options: Pick<RestoreOptions, "manifest" | "into">,
  report: RestoreReport,
  session: Session,
): Promise<Comparison | null> {
  const { manifest } = options;
  if (manifest.fingerprint === null && report.restored === undefined) return null;
  return await phase(session.run, manifest.target, "verify", async () => {
    const value = await compareRestored(engine, options, report, session.run);
    const isEqual = value.differences.length === 0;
    return { value, state: isEqual ? "ok" : "warning", message: isEqual ? "equal to the backup" : "DIFFERENT" };
  });
}
