import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { startDockerEngine } from "./suite/docker-engine.ts";
import { installCommand, installNeeds, missingNeeds, parseRequired } from "./suite/needs.ts";
import { closingLines, type Outcome, refuseSkips } from "./suite/outcome.ts";
import { STAGES } from "./suite/stages.ts";

const { values } = parseArgs({
  options: { only: { type: "string", multiple: true, default: [] }, "no-install": { type: "boolean", default: false } },
});
const unknown = values.only.filter((name) => !STAGES.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`No such stage: ${unknown.join(", ")}. There are: ${STAGES.map((stage) => stage.name).join(", ")}.`);
  process.exit(2);
}

if (!values["no-install"]) installNeeds();
const required = parseRequired(process.env["DBSAVE_TEST_REQUIRE"]);
if (required.length > 0) process.env["DBSAVE_TEST_REQUIRE"] = required.join(",");

const selected = STAGES.filter((stage) => values.only.length === 0 || values.only.includes(stage.name));
const stopDockerEngine = selected.some((stage) => stage.hasTests) ? startDockerEngine() : undefined;
if (stopDockerEngine !== undefined) {
  process.once("exit", stopDockerEngine);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1)); // not without stopping the engine
  spawnSync("node", ["tooling/testbed/src/prepare.ts"], { stdio: "inherit" });
}
const outcomes: Outcome[] = selected.map((stage) => refuseSkips(stage.run(), required));
stopDockerEngine?.(); // now, because the counts are the last line

const missing = missingNeeds();
if (missing.length > 0) {
  const names = missing.map((need) => need.name);
  const unmet = names.filter((name) => required.includes(name)).map((name) => `${name} is required and not installed`);
  outcomes.push({ passed: 0, failed: unmet, skipped: [] });
  console.log(`\nNot on this machine: ${names.join(", ")}. On Debian this provides it:\n  ${installCommand(missing)}`);
}

for (const line of closingLines(outcomes)) console.log(line);
if (outcomes.some((outcome) => outcome.failed.length > 0)) process.exitCode = 1;
