import { defineConfig } from "vitest/config";

const conditions = ["@dbsave/source"];
const roots = "{packages/*,packages/engines/*,packages/storages/*,apps/*,tooling/*}";

/** Tests run on the sources of every package (no build needed); end-to-end tests run the built command. */
export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    execArgv: conditions.map((name) => `--conditions=${name}`),
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${roots}/test/**/*.test.ts`],
          exclude: ["**/node_modules/**", "**/*.e2e.test.ts", "**/conformance.test.ts"],
        },
      },
      {
        extends: true,
        test: { name: "conformance", include: [`${roots}/test/**/conformance.test.ts`], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [`${roots}/test/**/*.e2e.test.ts`],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
