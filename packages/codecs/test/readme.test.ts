import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { age, generateIdentity, gzip, zstd } from "../src/index.ts";
import { isInstalled } from "./support/stock-tool.ts";
import { through } from "./support/through.ts";

vi.setConfig({ testTimeout: 30_000 });

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const plain = randomBytes(300_000);
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbsave-readme-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("the README's program runs and gives the same bytes back", async () => {
  const program = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const source = program.replace("@dbsave/codecs", new URL("../src/index.ts", import.meta.url).href);
  await writeFile(join(folder, "program.ts"), source);
  await writeFile(join(folder, "app.db"), plain);
  const args = ["--conditions=@dbsave/source", "program.ts"];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect((await readFile(join(folder, "copy.db"))).equals(plain)).toBe(true);
  expect((await readFile(join(folder, "app.db.zst.age"))).subarray(0, 21).toString()).toBe("age-encryption.org/v1");
});

const { identity, recipient } = generateIdentity();
for (const [program, codec] of [
  ["zstd", zstd()],
  ["gzip", gzip()],
  ["age", age({ recipients: [recipient] })],
] as const) {
  it.skipIf(!isInstalled(program))(`the README's command undoes ${codec.name} (needs ${program})`, async () => {
    const command = new RegExp(`\\| \`(${codec.stockDecode} < .*?)\``).exec(readme)?.[1] ?? "";
    expect(command).toContain(`app.db${codec.extension} > app.db`);
    await writeFile(join(folder, "key.txt"), identity.reveal());
    await writeFile(join(folder, `app.db${codec.extension}`), await through(codec.encoder(), plain));
    const outcome = spawnSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect((await readFile(join(folder, "app.db"))).equals(plain)).toBe(true);
  });
}
