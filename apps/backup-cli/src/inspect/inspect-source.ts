import { DbsaveError, ERRORS, type Fingerprint, formatBytes, withContext } from "@dbsave/core";
import type { Outcome } from "../outcome.ts";
import { liveTargets } from "../places/live-targets.ts";
import type { Session } from "../session/session.ts";
import { contentsTable } from "../views/contents-view.ts";
import { findingText } from "../views/proof-view.ts";

/** What a live database is and holds. Reads all of it once, for the counts; changes nothing. */
export async function inspectSource(name: string, session: Session): Promise<Outcome> {
  const [target] = await liveTargets([name], session);
  if (target === undefined) throw new DbsaveError("INTERNAL", `no target for ${name}`);
  await using open = await target.open();
  const { engine } = open.job;
  const facts = await withContext(session.run, target.name, "probe", (ctx) => engine.probe(ctx));
  const error = facts.findings.find(({ severity }) => severity === "error");
  const counting = (): Promise<Fingerprint> =>
    withContext(session.run, target.name, "probe", (ctx) => engine.fingerprint(ctx));
  const fingerprint = error === undefined ? await counting() : null;
  const { details, findings, sizeBytes, ...source } = facts;
  return {
    exit: error === undefined ? 0 : ERRORS[error.code].exit,
    json: { type: "inspect", target: target.name, engine: engine.name, ...facts, fingerprint },
    text: (paint) => {
      const rows = Object.entries({
        engine: `${engine.name} ${source.version}`,
        size: formatBytes(sizeBytes),
        ...details,
      });
      const width = Math.max(...rows.map(([key]) => key.length));
      return [
        paint("bold", source.description),
        ...rows.map(([key, value]) => `  ${key.padEnd(width)}  ${value}`),
        ...findings.map((finding) => findingText(finding, paint)),
        ...(fingerprint === null ? [] : ["", contentsTable(fingerprint, paint)]),
      ].join("\n");
    },
  };
}
