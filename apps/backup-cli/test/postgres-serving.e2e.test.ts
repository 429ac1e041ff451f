import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RestoreReport } from "@dbsave/core";
import { docker, startTimeoutMs } from "@dbsave/testbed";
import { expect, it, onTestFinished } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { databaseContainer, imageOf, namedVolume } from "./support/containers.ts";

buildOnce();

const config = (container: string): string => `
version: 1
storages: { local: { type: fs, path: ./repository } }
defaults: { compress: zstd, encrypt: none, verify: off }
targets:
  shop: { engine: postgres, container: { name: ${container} }, databases: all, method: physical, password: "env:PW", user: shop, database: orders }
`;

it.skipIf(process.getuid?.() !== 0)(
  "a physical backup of a container is served from a directory, and by the container itself",
  { timeout: startTimeoutMs },
  async (test) => {
    const volume = namedVolume();
    const restored = (): string => docker("volume", "ls", "-q", "--filter", `name=${volume}_restored_`);
    onTestFinished(() => void docker("volume", "rm", "--force", ...restored().split("\n")));
    const live = databaseContainer(await imageOf("postgres-17-timescale", test), {
      create: ["--volume", `${volume}:/data`, "--env", "PGDATA=/data/pg"],
    });
    const { name } = live;
    onTestFinished(() => {
      const left = docker("ps", "-aq", "--filter", `name=^/?${name}_`);
      if (left !== "") docker("rm", "--force", "--volumes", ...left.split("\n"));
    });
    docker("exec", name, "sh", "-c", "echo 'host replication all all scram-sha-256' >> /data/pg/pg_hba.conf");
    live.sql("select pg_reload_conf(); create table orders as select i from generate_series(1, 1000) i");
    const cwd = emptyDirectory();
    chmodSync(cwd, 0o755);
    const at = { cwd, env: { PW: live.password } };
    writeFileSync(join(cwd, "dbsave.yaml"), config(name));
    await dbsave(["init"], at);
    expect(await dbsave(["backup"], at)).toMatchObject({ status: 0 });
    live.sql("truncate orders");

    const into = join(cwd, "data");
    mkdirSync(into);
    chownSync(into, 65_534, 65_534);
    const served = await dbsaveJson(["restore", "shop", "--into", into, "--start"], at);
    const { started } = served.json as RestoreReport;
    onTestFinished(
      () => void spawnSync("sh", ["-c", `${started?.stopCommand}; docker rm ${started?.where.slice(10)}`]),
    );
    expect(served).toMatchObject({
      status: 0,
      json: { target: into, started: { reached: { timeline: 2, at: null } } },
    });
    const counting = `docker exec ${started?.where.slice(10)} psql -XAt -h ${into} -U shop orders -c 'select count(*) from orders'`;
    expect(spawnSync("sh", ["-c", counting], { encoding: "utf8" }).stdout).toBe("1000\n");

    const planned = await dbsave(["restore", "shop", "--recreate", "--dry-run"], at);
    expect(planned).toMatchObject({ status: 0, stdout: expect.stringContaining(`stop ${name}, and keep it as`) });
    const recreated = await dbsave(["restore", "shop", "--recreate"], at);
    expect(recreated.status, recreated.stderr).toBe(0);
    expect(recreated).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${name} serves from ${restored()}`),
    });
    expect(recreated.stderr).not.toContain("Warning");
    expect(recreated.stdout).toMatch(/later, to clean up: docker rm .* && docker volume rm /);
    expect(live.sql("select count(*) from orders")).toBe("1000");

    const nowhere = await dbsave(["restore", "latest", "--from", "./repository", "--recreate"], at);
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringContaining("--into docker:NAME") });
  },
);
