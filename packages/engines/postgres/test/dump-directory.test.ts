import { readdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { compareRestored, Secret } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { sampleSql } from "./support/sample-database.ts";
import { anotherServer, type Setup, testServer } from "./support/server.ts";
import { sourceOf, take } from "./support/taken.ts";

const setups = ["15", "17"] as const satisfies readonly Setup[];

describe("a dump by several sessions", { timeout: 120_000 }, () => {
  it.for(setups)(
    "is one tar, which is inspected and restored by one session or several, whole or in part, on %s",
    async (setup, test) => {
      const server = await testServer(test, setup);
      const database = await server.create("it's ü");
      await server.query(database, sampleSql);
      await using engine = postgres(server.engineOptions(database, { dumpJobs: 3 }));
      await using ctx = await server.context();
      const { source, artifacts, facts } = await take(engine, ctx);
      expect([...artifacts.keys()]).toContainEqual(expect.stringMatching(/^it%27s ü_\w+\.tar$/));
      expect(await engine.inspect(source, ctx)).toEqual([]);
      const requests = [{ jobs: 1 }, { jobs: 2 }, { select: { tables: ["public.orders"] } }];
      for (const [index, request] of requests.entries()) {
        const into = `${database} ${index}`;
        const report = await engine.restore({ into, force: false, ...request }, source, ctx);
        const { differences, items } = await compareRestored(engine, { manifest: source.manifest, into }, report);
        expect(differences).toEqual([]);
        expect(items).toBeGreaterThan(2);
      }
      expect(await readdir(ctx.scratchDir)).toEqual([]);
      const cut = new Map(
        [...artifacts].map(([name, bytes]) => [
          name,
          name.endsWith(".tar") ? bytes.subarray(0, bytes.length / 2) : bytes,
        ]),
      );
      expect(await engine.inspect(sourceOf(facts, cut), ctx)).toMatchObject([
        { severity: "error", code: "SOURCE_INVALID" },
      ]);
    },
  );

  it("is restored by the stock commands of its recipe", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(database, sampleSql);
    await using engine = postgres(server.engineOptions(database, { dumpJobs: 2 }));
    await using ctx = await server.context();
    const { artifacts, facts } = await take(engine, ctx);
    await using other = await anotherServer(test);
    const { host, port, user } = other.own;
    for (const step of facts.recipe) {
      if ("into" in step || ("artifact" in step && step.artifact === "globals.sql")) continue;
      const env = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: new Secret(other.password) };
      const input = Readable.from("artifact" in step ? [artifacts.get(step.artifact)] : [], { objectMode: false });
      const command = "run" in step ? step.run : step.pipeTo;
      const running = ctx.tools.run("sh", ["-c", command], { signal: ctx.signal, env, input, cwd: ctx.scratchDir });
      running.stdout.resume();
      await running.done;
    }
    await using restored = postgres(other.engineOptions(database));
    const tables = ({ items }: { readonly items: readonly { readonly kind: string }[] }) =>
      items.filter(({ kind }) => kind === "table");
    expect(tables(await restored.fingerprint(ctx))).toEqual(tables(facts.fingerprint ?? { items: [] }));
    expect(await readdir(ctx.scratchDir)).toEqual([]);
  });

  it("leaves nothing where the tools run when the sink fails", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(database, sampleSql);
    await using engine = postgres(server.engineOptions(database, { dumpJobs: 2 }));
    await using ctx = await server.context();
    const sink = { write: () => Promise.reject(new Error("the storage is full")) };
    await expect(engine.backup({ kind: "full" }, sink, ctx)).rejects.toThrow("the storage is full");
    expect(await readdir(ctx.scratchDir)).toEqual([]);
  });
});
