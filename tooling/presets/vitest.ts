import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const conditions = ["@dbsave/source"];
const execArgv = conditions.map((name) => `--conditions=${name}`);
const roots = "{packages/*,packages/engines/*,packages/storages/*,apps/*,tooling/*}";

/** Child processes of these tests run the sources, too. End-to-end tests leave it out: their children run what is built. */
const sourcesInChildren = { NODE_OPTIONS: [process.env["NODE_OPTIONS"], ...execArgv].filter(Boolean).join(" ") };

/** Tests run on the sources of every package (no build needed), in the workers they start as well. */
export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    execArgv,
    globalSetup: [fileURLToPath(new URL("../testbed/src/global-setup.ts", import.meta.url))],
    maxWorkers: "100%", // the default leaves a core idle: half of a small machine
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${roots}/test/**/*.test.ts`],
          exclude: ["**/node_modules/**", "**/*.e2e.test.ts", "**/conformance.test.ts"],
          testTimeout: 30_000, // a busy machine is no defect
          env: sourcesInChildren,
        },
      },
      {
        extends: true,
        test: {
          name: "conformance",
          include: [`${roots}/test/**/conformance.test.ts`],
          testTimeout: 60_000,
          env: sourcesInChildren,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [`${roots}/test/**/*.e2e.test.ts`],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: process.env["DBSAVE_TEST_BUILT"] !== undefined, // two builds would take one another's files away
        },
      },
    ],
  },
});
