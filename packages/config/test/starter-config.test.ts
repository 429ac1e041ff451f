import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseYaml } from "../src/file/yaml-source.ts";
import { starterConfig } from "../src/starter-config.ts";
import { workplace } from "./workplace.ts";

describe("the starter configuration", () => {
  it("is accepted, and says what it says", async () => {
    await using here = await workplace();
    await here.file(
      "dbsave.yaml",
      starterConfig({ source: "./app.db", target: "app", repository: "./backups", timezone: "Europe/Berlin" }),
    );
    const [target] = (await here.load()).targets;
    expect(target).toMatchObject({
      name: "app",
      source: join(here.directory, "app.db"),
      storage: { name: "local", description: join(here.directory, "backups") },
      retention: { keep: { daily: 7, weekly: 4, monthly: 6 }, timeZone: "Europe/Berlin", anchor: 6 },
      verify: "restore",
    });
  });

  it("writes any path so that YAML reads it back as the same", () => {
    const text = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom(
        "no",
        "true",
        "null",
        "~",
        "0415",
        "1e3",
        ".inf",
        ".0",
        ".5e1",
        "- a",
        "a: b",
        "#x",
        "*x",
        "'",
        '"',
        "a\\b",
        "x #y",
        "<<",
        "2026-11-21",
      ),
    );
    fc.assert(
      fc.property(text, text, (source, repository) => {
        const parsed = parseYaml(starterConfig({ source, target: "app", repository }), "dbsave.yaml");
        expect("source" in parsed && parsed.source.value).toMatchObject({
          storages: { local: { path: repository } },
          targets: { app: { path: source } },
        });
      }),
    );
  });

  it.each([
    ["postgres://backup:hunter2@db/orders?sslmode=require&password=hunter2", "postgres://db/orders"],
    ["postgres://backup:hunter2@db/orders?password=hunter2&sslmode=require", "postgres://db/orders"],
    ["host=db dbname=orders password='hunter\\'2' user=backup", "postgres://db/orders"],
    ["docker:pg/orders", "docker:pg/orders"],
    ["compose:shop/db", "compose:shop/db"],
    ["timescaledb://backup:hunter2@db/orders", "postgres://db/orders", "timescaledb"],
  ])("names a server as %s does, without its password", async (source, described, engine = "postgres") => {
    await using here = await workplace();
    const text = starterConfig({ source, target: "orders", repository: "./backups" });
    expect(text).not.toContain("hunter");
    await here.file("dbsave.yaml", text);
    const [target] = (await here.load()).targets;
    expect(target).toMatchObject({ name: "orders", engine, source: described });
  });

  it.each(["docker:pg/orders", "postgres://backup@db/orders"])(
    "names the engine that was said for %s",
    async (source) => {
      await using here = await workplace();
      const options = { source, engine: "timescaledb", target: "orders", repository: "./backups" };
      await here.file("dbsave.yaml", starterConfig(options));
      expect((await here.load()).targets).toMatchObject([{ name: "orders", engine: "timescaledb" }]);
    },
  );
});
