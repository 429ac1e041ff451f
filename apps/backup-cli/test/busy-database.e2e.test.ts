import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { behindUrl, inChunks, withoutPort } from "./support/busy-databases.ts";
import { keepWriting, query } from "./support/pgbench.ts";

/** In units of 16 MB; a release is tested with 70, which is 1 GB. */
const scale = Number(process.env["DBSAVE_TEST_PGBENCH_SCALE"] ?? 2);

buildOnce();

it.for([
  { kind: "behind a URL", open: behindUrl },
  { kind: "in a container without a port", open: withoutPort },
  { kind: "of a hundred chunks", open: inChunks },
])(
  "a database $kind, written to all the time, is backed up, proved and restored as of one moment",
  { timeout: 60_000 + scale * 30_000 },
  async ({ open }, test) => {
    const { place, target, env, script, invariant, rows } = await open(scale, test);
    const at = { cwd: emptyDirectory(), env: { PATH: process.env["PATH"] ?? "", ...env } };
    const config = `version: 1\nstorages: { local: { type: fs, path: b } }\ntargets: { shop: ${target} }\n`;
    writeFileSync(join(at.cwd, "dbsave.yaml"), config);
    expect(await dbsave(["init"], at)).toMatchObject({ status: 0 });
    await keepWriting(place, script);

    expect(await dbsave(["backup", "shop"], at)).toMatchObject({ status: 0 });
    const verified = await dbsaveJson(["verify", "latest"], at);
    expect(verified).toMatchObject({ status: 0, json: { level: "restore", outcome: "passed" } });

    const copy = { ...place, database: `${place.database}_copy` };
    onTestFinished(() => void query(place, `drop database if exists ${copy.database}`));
    const restored = await dbsaveJson(["restore", "latest", "--into", copy.database], at);
    expect(restored).toMatchObject({ status: 0, json: { isEqual: true } });
    expect(query(copy, invariant)).toBe("t");
    expect(Number(query(copy, rows))).toBeGreaterThan(0);
    expect(Number(query(place, rows))).toBeGreaterThan(Number(query(copy, rows))); // it was written to all the time
  },
);
