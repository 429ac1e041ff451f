import { DbsaveError, ERRORS, type Fingerprint, formatBytes, withContext } from "@dbsave/core";
import type { Outcome } from "../outcome.ts";
import { liveTargets } from "../places/live-targets.ts";
import type { Session } from "../session/session.ts";
import { contentsTable } from "../views/contents-view.ts";
import { findingText } from "../views/proof-view.ts";

/** What a live database is and holds. Reads all of it once, for the counts; changes nothing. */
export async function inspectSource(
  names: readonly string[],
  source: string | undefined,
  session: Session,
): Promise<Outcome> {
  const targets = await liveTargets(names, source, session);
  const [target, other] = targets;
  if (target === undefined || other !== undefined) {
    const known = targets.map(({ name }) => name).join(", ");
    throw new DbsaveError("USAGE", `inspect looks into one database, and there are several: ${known}`);
  }
  await using open = await target.open();
  const { engine } = open.job;
  const facts = await withContext(session.run, target.name, "probe", (ctx) => engine.probe(ctx));
  const error = facts.findings.find(({ severity }) => severity === "error");
  const counting = (): Promise<Fingerprint> =>
    withContext(session.run, target.name, "probe", (ctx) => engine.fingerprint(ctx));
  const fingerprint = error === undefined ? await counting() : null;
  const { details, findings, sizeBytes, version, description } = facts;
  return {
    exit: error === undefined ? 0 : ERRORS[error.code].exit,
    json: { type: "inspect", target: target.name, engine: engine.name, ...facts, fingerprint },
    text: (paint) => {
      const rows = Object.entries({
        engine: `${engine.name} ${version}`,
        size: formatBytes(sizeBytes),
        ...details,
      });
      const width = Math.max(...rows.map(([key]) => key.length));
      return [
        paint("bold", description),
        ...rows.map(([key, value]) => `  ${key.padEnd(width)}  ${value}`),
        ...findings.map((finding) => findingText(finding, paint)),
        ...(fingerprint === null ? [] : ["", contentsTable(fingerprint, paint)]),
      ].join("\n");
    },
  };
}
