import { DbsaveError, type ExploredItem, formatBytes, type ServerFacts, withContext } from "@dbsave/core";
import type { Outcome } from "../outcome.ts";
import type { Paint } from "../output/paint.ts";
import { counted } from "../output/quantities.ts";
import { liveTargets, type SourceArguments } from "../places/live-targets.ts";
import type { Session } from "../session/session.ts";
import { explorationText } from "../views/exploration-view.ts";

export interface ExploreArguments extends SourceArguments {
  readonly database?: string | undefined;
  readonly count: boolean;
  readonly all: boolean;
}

/** What a live database is and holds, by its catalog. Changes nothing, and reads data only to `count`. */
export async function inspectSource(
  names: readonly string[],
  { source, engine: wanted, database, count, all }: ExploreArguments,
  session: Session,
): Promise<Outcome> {
  const targets = await liveTargets(names, { source, engine: wanted }, session);
  const [target, other] = targets;
  if (target === undefined || other !== undefined) {
    const known = targets.map(({ name }) => name).join(", ");
    throw new DbsaveError("USAGE", `inspect looks into one target, and there are several: ${known}`);
  }
  await using open = await target.open();
  const { engine } = open.job;
  const facts = await withContext(session.run, target.name, "probe", (ctx) => engine.probe(ctx));
  const request = { count, ...(database === undefined ? {} : { database }) };
  const items = await withContext(session.run, target.name, "probe", async (ctx) => {
    if (engine.explore !== undefined) return await engine.explore(request, ctx);
    throw new DbsaveError("UNSUPPORTED", `${engine.name}: this engine cannot look into a database yet`);
  });
  return {
    json: { type: "inspect", target: target.name, engine: engine.name, ...facts, items },
    text: (paint) => inspectedText(engine.name, facts, items, all, paint),
  };
}

function inspectedText(
  engine: string,
  { description, version, sizeBytes, details, findings }: ServerFacts,
  items: readonly ExploredItem[],
  all: boolean,
  paint: Paint,
): string {
  const told = [
    ["engine", `${engine} ${version}`],
    ["size", formatBytes(sizeBytes)],
    ...Object.entries(details),
  ] as const;
  const rows = told
    .filter(([, value]) => value !== "")
    .map(([name, value]) => [inWords(name), shown(name, value)] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  const obstacles = findings.filter(({ severity }) => severity === "error").length;
  const warning = `${counted(obstacles, "obstacle")} to a backup of it: see dbsave doctor`;
  return [
    paint("bold", description),
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...(obstacles === 0 ? [] : [`  ${paint("yellow", warning)}`]),
    "",
    explorationText(items, { all }, paint),
  ].join("\n");
}

function inWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function shown(name: string, value: string | number | boolean): string {
  return typeof value === "number" && name.endsWith("Bytes") ? formatBytes(value) : String(value);
}
