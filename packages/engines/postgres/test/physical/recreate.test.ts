import { serviceContainer } from "@dbsave/exec";
import { startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { testContext } from "../support/context.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { majors } from "./support/servers.ts";
import { docker, service } from "./support/service.ts";

const { env } = process;
const settings =
  "{{json .Config.Env}} {{json .Config.Cmd}} {{json .Config.Labels}} {{json .Config.Healthcheck}} {{json .HostConfig.RestartPolicy}} {{.Config.Image}}";

describe.for(majors.slice(0, 2))("a service of %s", { timeout: startTimeoutMs }, (major) => {
  it("goes on with what was restored, as the same service, and can go back", async (test) => {
    const live = await service(major, test);
    const { name, volume } = live;
    live.sql("CREATE TABLE needed AS SELECT i FROM generate_series(1, 1000) i");
    await using ctx = await testContext();
    const taken = await takePhysical(live.options(), ctx);
    live.sql("TRUNCATE needed");
    const before = live.inspect(settings);
    const [image, aliases] = [
      live.inspect("{{.Image}}"),
      `{{json (index .NetworkSettings.Networks "${name}").Aliases}}`,
    ];
    const { host } = live.options();
    const engine = postgres({ host, user: "postgres", ssl: "disable" });
    const request = { force: false, recreate: { service: serviceContainer({ container: { name }, env }) } };
    const plan = await engine.planRestore(request, taken.source, ctx);
    expect(plan).toMatchObject({ target: name, findings: [] });
    expect(plan.steps.at(-1)).toContain("docker compose up");

    const { recreated, movedAside } = await engine.restore(request, taken.source, ctx);
    expect(live.sql("SELECT count(*) FROM needed")).toBe("1000");
    expect(recreated).toMatchObject({
      container: name,
      keptVolume: volume,
      volume: expect.stringMatching(new RegExp(`^${volume}_restored_\\d+T\\d+Z$`)),
      health: "healthy",
      reached: { timeline: 2, reason: expect.stringContaining("no recovery target") },
    });
    expect(movedAside).toEqual([recreated?.keptContainer, volume]);
    expect(live.inspect(settings)).toBe(before);
    expect(live.inspect("{{.Image}}")).toBe(image);
    expect(live.inspect(aliases)).toContain('"db"');
    expect(live.inspect("{{(index .Mounts 0).Name}}")).toBe(recreated?.volume);
    const kept = live.inspect("{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}", recreated?.keptContainer);
    expect(kept).toBe("exited no");
    expect(docker("exec", name, "stat", "-c", "%U %a", "/var/lib/service", "/var/lib/service/data")).toBe(
      "postgres 750\npostgres 700",
    );

    for (const command of recreated?.goBackCommands ?? []) docker(...command.split(" ").slice(1));
    await expect.poll(() => live.inspect("{{.State.Health.Status}}"), { timeout: 20_000 }).toBe("healthy");
    expect(live.sql("SELECT count(*) FROM needed")).toBe("0");
  });
});

describe("a service that does not become healthy", { timeout: startTimeoutMs }, () => {
  it("is the old one again, with its settings and its data, and what was made is kept", async (test) => {
    const live = await service("postgres-15", test);
    const { name, volume } = live;
    await using ctx = await testContext();
    const taken = await takePhysical(live.options(), ctx);
    live.sql("CREATE TABLE needed AS SELECT 1 AS i");
    const before = live.inspect(`${settings} {{.Id}} {{.Name}}`);
    const engine = postgres({ host: live.options().host, user: "postgres", ssl: "disable" });
    const recreate = { service: serviceContainer({ container: { name }, env }) };
    await expect(engine.restore({ force: false, recreate }, taken.source, ctx)).rejects.toMatchObject({
      code: "RESTORE_FAILED",
      message: expect.stringContaining("needed"),
      hint: expect.stringContaining(`${volume}_restored_`),
    });
    expect(live.inspect(`${settings} {{.Id}} {{.Name}}`)).toBe(before);
    await expect.poll(() => live.inspect("{{.State.Health.Status}}"), { timeout: 20_000 }).toBe("healthy");
    const failed = docker("ps", "-a", "--filter", `name=${name}_failed`, "--format", "{{.State}}");
    expect(failed).toBe("exited");

    const damaged = { ...taken.source, open: async (artifact: string) => await taken.source.open(`no ${artifact}`) };
    const volumes = (): string => docker("volume", "ls", "-q", "--filter", `name=${name}`);
    const there = volumes();
    await expect(engine.restore({ force: false, recreate }, damaged, ctx)).rejects.toThrow("no base.tar");
    expect([volumes(), live.inspect(`${settings} {{.Id}} {{.Name}}`)]).toEqual([there, before]);
    for (const wrong of [{ into: "/srv/data" }, { select: { databases: ["postgres"] } }])
      await expect(engine.restore({ force: false, recreate, ...wrong }, taken.source, ctx)).rejects.toMatchObject({
        code: "OPTIONS_INVALID",
      });
  });
});
