import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerName } from "@dbsave/testbed";
import { docker } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory, start } from "./support/built-dbsave.ts";
import { type DatabaseContainer, databaseContainer, imageOf, namedVolume } from "./support/containers.ts";

const servers: readonly ServerName[] = ["postgres-15", "postgres-17-timescale", "postgres-18-timescale"];
const table = "create table orders as select g as id, md5(g::text) as note from generate_series(1, 5000) g";

buildOnce();

/** A machine on which nothing but Node.js is installed: no pg_dump, no docker command. */
function bareMachine(): { readonly cwd: string; readonly env: Readonly<Record<string, string>> } {
  const cwd = emptyDirectory();
  const bin = emptyDirectory();
  symlinkSync(process.execPath, join(bin, "node"));
  return { cwd, env: { PATH: bin } };
}

/** The result, and that the password is nowhere in what was said or stored. */
async function silently(args: readonly string[], at: ReturnType<typeof bareMachine>, { password }: DatabaseContainer) {
  const ended = await dbsave([...args, "--verbose", "--progress", "log"], at);
  expect(`${ended.stdout}${ended.stderr}`).not.toContain(password);
  return ended;
}

describe.each(servers)("%s in a container, without a published port and without tools on the machine,", (server) => {
  it("is saved, backed up, proved in a container of its image, restored beside itself and listed", async (test) => {
    const database = databaseContainer(await imageOf(server, test));
    database.sql(table);
    const at = bareMachine();
    const source = `docker:${database.name}`;

    const doctor = await silently(["doctor", source, "--to", "./b"], at, database);
    expect(doctor.stdout).toContain(`${source}/orders: postgres`);
    expect(await silently(["save", source], at, database)).toMatchObject({ status: 0 });
    expect(await silently(["backup", source, "--to", "./b"], at, database)).toMatchObject({ status: 0 });
    expect(await silently(["verify", "latest", "--from", "./b"], at, database)).toMatchObject({ status: 0 });

    const into = `${source}/orders_check`;
    const restored = await dbsaveJson(["restore", "latest", "--from", "./b", "--into", into], at);
    expect(restored).toMatchObject({ status: 0, json: { target: "orders_check", isEqual: true } });
    const listed = await dbsaveJson(["list", "--from", "./b"], at);
    const taken = { target: database.name, rows: 5000, state: "good", provenAt: expect.any(String) };
    expect(listed).toMatchObject({ status: 0, json: { backups: [taken] } });

    const shown = await dbsaveJson(["show", "latest", "--from", "./b"], at);
    const imageId = docker("inspect", "--format", "{{.Image}}", database.name);
    expect(JSON.stringify(shown.json)).toContain(imageId);
    expect(spawnSync("grep", ["-r", database.password, at.cwd]).status).toBe(1);
  });
});

describe("doctor", () => {
  it("warns, with what to do, of data that would go with the container or with docker compose down -v", async (test) => {
    const image = await imageOf("postgres-15", test);
    const volume = namedVolume("--label", "com.docker.compose.project=shop", "--label", "com.docker.compose.volume=db");
    const at = bareMachine();
    const look = async (create: readonly string[]) => {
      const { name } = databaseContainer(image, { create });
      const { status, json } = await dbsaveJson(["doctor", `docker:${name}`, "--to", "./b"], at);
      const { checks } = json as {
        readonly checks: readonly { readonly severity: string; readonly message: string }[];
      };
      return { status, check: checks.find(({ message }) => message.startsWith("the data")) };
    };
    expect(await look([])).toMatchObject({
      status: 5,
      check: { severity: "warning", message: expect.stringContaining("writable layer"), fix: expect.any(String) },
    });
    expect(await look(["--volume", `${volume}:/data`])).toMatchObject({
      status: 5,
      check: { severity: "warning", fix: expect.stringContaining(`{ db: { external: true, name: ${volume} } }`) },
    });
    expect(await look(["--volume", `${namedVolume()}:/data`])).toMatchObject({ status: 0, check: { severity: "ok" } });
  });
});

describe("a container of a configuration", () => {
  it("is found again by its compose service when it was made anew under another name, and is the same source", async (test) => {
    const image = await imageOf("postgres-15", test);
    const project = `dbsave-${randomBytes(4).toString("hex")}`;
    const volume = namedVolume();
    const labels = { "com.docker.compose.project": project, "com.docker.compose.service": "db" };
    const create = [
      ...Object.entries(labels).flatMap(([label, value]) => ["--label", `${label}=${value}`]),
      "--volume",
      `${volume}:/data`,
    ];
    const first = databaseContainer(image, { create });
    first.sql(table);
    const at = bareMachine();
    writeFileSync(
      join(at.cwd, "dbsave.yaml"),
      `version: 1\nstorages: { local: { type: fs, path: b } }\ntargets: { orders: { engine: postgres, container: { compose: ${project}/db } } }\n`,
    );
    expect((await dbsave(["init"], at)).status).toBe(0);
    expect(await silently(["run"], at, first)).toMatchObject({ status: 0 });
    docker("rm", "--force", first.name);
    const gone = await dbsave(["backup", "orders"], at);
    expect(gone).toMatchObject({ status: 1, stderr: expect.stringContaining(`compose service ${project}/db`) });
    expect((await dbsave(["verify", "latest"], at)).status).toBe(0);

    const second = databaseContainer(image, { create, password: first.password });
    second.sql("insert into orders values (0, 'later')");
    const again = await dbsaveJson(["run"], at);
    expect(again).toMatchObject({ status: 0, json: { targets: [{ backup: { rows: 5001 }, warnings: [] }] } });
  });
});

/** Lets pg_dump wait before it begins, for as long as there is no /tmp/go. */
const holdPgDump = `
  program=$(command -v pg_dump)
  mv "$program" "$program.real"
  cat > "$program" << "END"
#!/bin/sh
case "$*" in *--snapshot*) until [ -e /tmp/go ]; do sleep 0.1; done ;; esac
exec "$0.real" "$@"
END
  chmod 755 "$program"`;

describe("the password of a container", () => {
  it("is in no process list and in no description of the container while its tools run", async (test) => {
    const database = databaseContainer(await imageOf("postgres-15", test));
    database.sql(table);
    const at = bareMachine();
    docker("exec", database.name, "sh", "-ec", holdPgDump);
    const { ended } = start(["backup", `docker:${database.name}`, "--to", "./b"], at);
    const processes = () => docker("top", database.name, "-eo", "pid,user,args");
    await expect.poll(processes, { timeout: 60_000 }).toMatch(/pg_dump.*--snapshot/);
    expect(processes()).not.toContain(database.password);
    expect(docker("inspect", database.name)).not.toContain(database.password);
    expect(spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout).not.toContain(database.password);
    docker("exec", database.name, "touch", "/tmp/go");
    expect(await ended).toMatchObject({ status: 0 });
    expect(readFileSync(join(at.cwd, "b", "dbsave.json"), "utf8")).toContain("formatVersion");
  });
});
