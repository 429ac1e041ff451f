import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { SERVERS } from "../../testbed/src/catalogue.ts";
import { installCommand, missingNeeds, NEEDS, parseRequired } from "../suite/needs.ts";

const needs = [
  { name: "alpha", program: "alpha-tool", debian: "alpha-package" },
  { name: "beta", program: "beta-tool", debian: "beta-package" },
];

it("what no folder of PATH has as a program is missing", () => {
  const folder = mkdtempSync(join(tmpdir(), "dbsave-needs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const need of needs) writeFileSync(join(folder, need.program), "");
  chmodSync(join(folder, "alpha-tool"), 0o755);
  expect(missingNeeds(needs, `/nonexistent:${folder}`).map((need) => need.name)).toEqual(["beta"]);
  expect(missingNeeds(needs, "")).toEqual(needs);
});

it("what another command answers for is not missing", () => {
  const answered = needs.map((need) => ({ ...need, answers: ["test", need.name, "=", "alpha"] as const }));
  expect(missingNeeds(answered, "").map((need) => need.name)).toEqual(["beta"]);
});

it("one command provides everything that is missing", () => {
  expect(installCommand(needs)).toBe(
    "apt-get update && apt-get install -y --no-install-recommends alpha-package beta-package",
  );
});

it("required things are named one by one, or all together", () => {
  expect(parseRequired(undefined)).toEqual([]);
  expect(parseRequired("")).toEqual([]);
  expect(parseRequired("age, zstd")).toEqual(["age", "zstd"]);
  expect(parseRequired("all")).toEqual([...NEEDS.map((need) => need.name), ...SERVERS.map((server) => server.name)]);
});
