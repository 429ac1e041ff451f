import { spawnSync } from "node:child_process";
import { mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type ArtifactSource, backup, type LogStore, planRecovery, restore, type ToolRunner } from "@dbsave/core";
import { serviceContainer } from "@dbsave/exec";
import { docker, startTimeoutMs } from "@dbsave/testbed";
import { expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { awaitRecovered } from "../../src/physical/recreate/await-recovered.ts";
import { fillVolume } from "../../src/physical/recreate/fill-volume.ts";
import { isSegmentName } from "../../src/wal/segment.ts";
import { servers, testContext, tools } from "../support/context.ts";
import { appendTo, emptyRepository } from "./support/archiving-server.ts";
import { ownServer } from "./support/own-server.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { data, service, type TestService } from "./support/service.ts";

const { env } = process;
const timeout = startTimeoutMs;
const settings =
  "{{json .Config.Env}} {{json .Config.Cmd}} {{json .Config.Labels}} {{json .Config.Healthcheck}} {{json .HostConfig.RestartPolicy}} {{.Config.Image}} {{.Image}}";
const mounted = "{{(index .Mounts 0).Name}}";

const engineOf = (live: TestService) =>
  postgres({ host: live.options().host, user: "postgres", ssl: "disable", methods: ["physical"] });
const requestOf = ({ name }: TestService) => {
  return { force: false, recreate: { service: serviceContainer({ container: { name }, env }) } };
};
/** Puts all the WAL that it has finished into the log. */
async function archiveOf(live: TestService, log: LogStore): Promise<void> {
  const { name } = live;
  const last = live.sql("SELECT pg_walfile_name(pg_switch_wal())");
  const system = live.sql("SELECT system_identifier FROM pg_control_system()");
  const place = `${data}/pg_wal`;
  const finished = docker("exec", name, "ls", place)
    .split("\n")
    .filter((file) => isSegmentName(file) && file <= last);
  for (const file of finished) {
    const { stdout } = spawnSync("docker", ["exec", name, "cat", `${place}/${file}`], { maxBuffer: 32 * 1024 * 1024 });
    await appendTo(log, system, file, stdout);
  }
}

const healthy = async (live: TestService): Promise<void> =>
  await expect.poll(() => live.inspect("{{.State.Health.Status}}"), { timeout: 20_000 }).toBe("healthy");

it("a service goes on with what was restored, as the same service, and can go back", { timeout }, async (test) => {
  const live = await service("postgres-17-timescale", test);
  const { name, volume } = live;
  live.sql("CREATE TABLE needed AS SELECT i FROM generate_series(1, 1000) i");
  await using ctx = await testContext();
  const taken = await takePhysical(live.options(), ctx);
  live.sql("TRUNCATE needed");
  const before = live.inspect(settings);
  const engine = engineOf(live);
  const plan = await engine.planRestore(requestOf(live), taken.source, ctx);
  expect(plan).toMatchObject({ target: name, findings: [] });
  expect(plan.steps.at(-1)).toContain("docker compose up");

  const { recreated, movedAside } = await engine.restore(requestOf(live), taken.source, ctx);
  expect(live.sql("SELECT count(*) FROM needed")).toBe("1000");
  expect(recreated).toMatchObject({
    container: name,
    keptVolume: volume,
    volume: expect.stringMatching(new RegExp(`^${volume}_restored_\\d+T\\d+Z$`)),
    health: "healthy",
    reached: { timeline: 2, reason: expect.stringContaining("no recovery target") },
  });
  const { keptContainer, goBackCommands = [] } = recreated ?? {};
  expect(movedAside).toEqual([keptContainer, volume]);
  expect(live.inspect(settings)).toBe(before);
  expect(live.inspect(`{{json (index .NetworkSettings.Networks "${name}").Aliases}}`)).toContain('"db"');
  expect(live.inspect(mounted)).toBe(recreated?.volume);
  expect(live.inspect("{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}", keptContainer)).toBe("exited no");
  expect(docker("exec", name, "stat", "-c", "%U %a", "/var/lib/service", "/var/lib/service/data")).toBe(
    "postgres 750\npostgres 700",
  );
  const back = expect.stringContaining(goBackCommands.join(" && "));
  expect(ctx.events).toContainEqual({ type: "note", message: back }); // who is killed cannot tell it

  for (const command of goBackCommands) docker(...command.split(" ").slice(1));
  await healthy(live);
  expect(live.sql("SELECT count(*) FROM needed")).toBe("0");
  expect(live.inspect(`${settings} ${mounted}`)).toBe(`${before} ${volume}`);
});

it("a service that takes readers while it recovers archived WAL is waited for, and one that stays unhealthy is the old one", {
  timeout,
}, async (test) => {
  const live = await service("postgres-15", test, "case %f in 00000002.history) sleep 1.2;; esac; false");
  live.sql("CREATE TABLE needed AS SELECT 1 AS i");
  await using ctx = await testContext();
  const { repository, log } = await emptyRepository();
  const order = { tools, servers, repository, target: "orders" };
  await backup(engineOf(live), order);
  live.sql("INSERT INTO needed VALUES (2)");
  await archiveOf(live, log);
  live.sql("TRUNCATE needed");
  const recovery = await planRecovery(engineOf(live), { ...order, to: { kind: "latest" } });
  const wanted = { ...order, manifest: recovery.route.backup, recovery, recreate: requestOf(live).recreate };
  const { recreated } = await restore(engineOf(live), wanted);
  expect(recreated).toMatchObject({ health: "healthy", reached: { timeline: 2 } });
  expect(live.sql("SELECT count(*), pg_is_in_recovery() FROM needed")).toBe("2|f");
  live.sql("DROP TABLE needed");

  const taken = await takePhysical(live.options(), ctx);
  live.sql("CREATE TABLE needed AS SELECT 1 AS i");
  const before = live.inspect(`${settings} {{.Id}} {{.Name}}`);
  const engine = engineOf(live);
  const again = engine.restore(requestOf(live), taken.source, ctx);
  await expect(again).rejects.toMatchObject({
    code: "RESTORE_FAILED",
    message: expect.stringContaining("needed"),
    hint: expect.stringContaining(`${live.volume}_restored_`),
  });
  expect(live.inspect(`${settings} {{.Id}} {{.Name}}`)).toBe(before);
  await healthy(live);
  const failed = docker("ps", "-a", "--filter", `name=${live.name}_failed`, "--format", "{{.State}}");
  expect(failed).toBe("exited");

  const open = async (artifact: string) => await taken.source.open(artifact.replace("base", "no base"));
  const damaged = { ...taken.source, open };
  const volumes = (): string => docker("volume", "ls", "-q", "--filter", `name=${live.name}`);
  const there = volumes();
  await expect(engine.restore(requestOf(live), damaged, ctx)).rejects.toThrow("no base.tar");
  expect([volumes(), live.inspect(`${settings} {{.Id}} {{.Name}}`)]).toEqual([there, before]);
  for (const wrong of [{ into: "/srv/data" }, { select: { databases: ["postgres"] } }])
    await expect(engine.restore({ ...requestOf(live), ...wrong }, taken.source, ctx)).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
    });
});

it("a service that ends, takes too long or is given up is told apart", async () => {
  await using ctx = await testContext();
  const place = { directory: ctx.scratchDir, left: 1 };
  const silent = { tools, lines: new PassThrough(), signal: AbortSignal.timeout(1) };
  const ended = { tools, lines: Readable.from(["FATAL:  no"]), signal: ctx.signal };
  await expect(awaitRecovered(ended, place, ctx)).rejects.toMatchObject({
    code: "TOOL_FAILED",
    message: expect.stringContaining("FATAL:  no"),
  });
  await expect(awaitRecovered(silent, place, ctx)).rejects.toMatchObject({ code: "TIMED_OUT" });
  const given = { ...ctx, signal: AbortSignal.abort() };
  await expect(awaitRecovered(silent, place, given)).rejects.toMatchObject({ code: "ABORTED" });
});

it("a volume that is too small is not begun, and one that is not whole has no data directory", async (test) => {
  const source = await ownServer(test);
  await using ctx = await testContext();
  const taken = await takePhysical(source.options, ctx);
  const { signal } = ctx;
  const place = async (): Promise<string> => await mkdtemp(join(ctx.scratchDir, "volume-"));
  const small: ToolRunner = {
    run: (tool, args, options) =>
      tool === "df"
        ? tools.run("printf", ["Filesystem\\nsmall 9 8 1 88%% /\\n"], options)
        : tools.run(tool, args, options),
  };
  const free = await place();
  await expect(fillVolume({ tools: small, signal }, free, taken.source, undefined, ctx)).rejects.toMatchObject({
    code: "NO_SPACE",
    message: expect.stringContaining("1.0 KiB are free"),
  });
  expect(await readdir(free)).toEqual([]);

  const begun = await place();
  const [whole, broken] = [{ tools, signal }, cutShort(taken.source)];
  await expect(fillVolume(whole, begun, broken, undefined, ctx)).rejects.toThrow("cut short");
  expect(await readdir(begun)).toEqual(["dbsave-unfinished"]);

  const filled = await place();
  await fillVolume(whole, filled, taken.source, undefined, ctx);
  expect(await readdir(filled)).toEqual(expect.arrayContaining(["PG_VERSION", "global", "recovery.signal"]));
  expect(await readdir(filled)).not.toContain("dbsave-unfinished");
});

/** Its archives fail when nearly all of them was read. */
function cutShort(source: ArtifactSource): ArtifactSource {
  const open = async (name: string): Promise<Readable> => {
    const bytes = await buffer(await source.open(name));
    if (!name.startsWith("base")) return Readable.from([bytes]);
    return Readable.from(
      (function* () {
        yield bytes.subarray(0, bytes.length - 1000);
        throw new Error("cut short");
      })(),
    );
  };
  return { ...source, open };
}
