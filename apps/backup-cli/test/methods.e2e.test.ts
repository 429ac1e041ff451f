import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { buildOnce } from "./support/built-dbsave.ts";
import { guideCommands } from "./support/physical-guide.ts";
import { type PostgresTarget, postgresTarget } from "./support/postgres-target.ts";

buildOnce();

const guide = readFileSync(new URL("../../../docs/postgres-physical.md", import.meta.url), "utf8");

/** The guide's configuration, on the target's server and in its folder. */
function useGuide({ server: { host, port, user }, cwd }: PostgresTarget): void {
  const yaml = /```yaml\n(.*?)```/s.exec(guide)?.[1] ?? "";
  const url = `postgres://${user}@${host}:${port}/app`;
  const here = yaml
    .replace("postgres://backup@db.example.org/orders", `${url}\n    password: env:APP_PASSWORD`)
    .replace("/srv/backups", "./backups")
    .replace("version: 1", "version: 1\nscratch: ./scratch");
  writeFileSync(join(cwd, "dbsave.yaml"), here);
}

const wordsOf = (line: string, cwd: string): readonly string[] =>
  line.replace("/srv/restored", join(cwd, "restored")).replace("/mnt/tape", join(cwd, "tape")).split(" ").slice(1);

it("the guide's commands for backups by two methods do what it says", async (test) => {
  const target = await postgresTarget(test, "on the host", { rows: 100 });
  if (target.server.host.startsWith("/")) return test.skip("needs a server that a URL can name");
  useGuide(target);
  const told = new Map<string, string>();
  const elsewhere = /--at|--lsn|--restore-point|--immediate|--drill/; // need archived WAL
  const lines = guideCommands(guide, "dbsave").filter((line) => !elsewhere.test(line));
  for (const line of lines) {
    const { status, stdout, stderr } = await target.run(wordsOf(line, target.cwd));
    const isAlarm = /^dbsave (status|healthcheck)/.test(line) && stdout.includes("nothing was archived yet");
    expect(isAlarm ? [1] : [0, 5], `${line}\n${stdout}\n${stderr}`).toContain(status); // 5: no incrementals before 17
    told.set(line, stdout);
  }
  expect(told.get("dbsave doctor orders --sql")).toContain("ALTER SYSTEM SET archive_mode = 'on'");
  expect(told.get("dbsave run orders")).toMatch(/METHOD[\s\S]*logical[\s\S]*physical/);
  expect(told.get("dbsave status")).toMatch(/orders +logical +ok[\s\S]*orders +physical +ok/);
  expect(told.get("dbsave list --target orders --method physical")).not.toContain("logical");
  expect(readdirSync(join(target.cwd, "restored"))).toContain("backup_label");
  const exported = readdirSync(join(target.cwd, "tape"), { recursive: true, encoding: "utf8" }).map((path) =>
    basename(path),
  );
  expect(exported).toEqual(
    expect.arrayContaining(["base.tar.zst", expect.stringMatching("backup_manifest"), "RESTORE.md"]),
  );

  const json = JSON.parse((await target.run(["status", "--json"])).stdout) as { targets: { method: string }[] };
  expect(json.targets.map(({ method }) => method)).toEqual(["logical", "physical"]);
  const unknown = await target.run(["run", "orders", "--method", "vacuum"]);
  expect([unknown.status, unknown.stderr]).toEqual([
    2,
    expect.stringContaining("The configuration says: logical, physical"),
  ]);
}, 300_000);
