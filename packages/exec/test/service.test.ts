import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { ServiceContainer, SwitchedService } from "@dbsave/core";
import { currentRun, docker, runLabel, startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { captureText, serviceContainer } from "../src/index.ts";
import { sameSettings } from "../src/service/same-settings.ts";
import { container } from "./docker.ts";

const { signal } = new AbortController();
const options = { signal, timeoutMs: 30_000 };
const state = "{{.Id}} {{.Name}} {{.State.Status}} {{json .HostConfig.RestartPolicy}}";
const volumes = "{{range .Mounts}}{{.Name}} {{end}}";

interface TestService {
  readonly name: string;
  readonly volume: string;
  readonly service: ServiceContainer;
  readonly inspect: (format: string) => string;
}

/** A service with its data in a volume; it is healthy when there is a file `ok` among them. All that is made beside it goes with it. */
function service(test: Pick<TestContext, "skip">): TestService {
  const image = docker("inspect", "--format", "{{.Config.Image}}", container(test).id);
  const name = `dbsave-s-${randomBytes(4).toString("hex")}`;
  const volume = `${name}_data`;
  onTestFinished(() => {
    remove(name);
    docker("volume", "rm", ...docker("volume", "ls", "-q", "--filter", `name=${name}`).split("\n"));
  });
  const given = {
    "--name": name,
    "--user": "0",
    "--label": `${runLabel}=${currentRun().name}`,
    "--restart": "on-failure:7",
    "--volume": `${volume}:/data`,
    "--stop-timeout": "1",
    "--health-cmd": "test -e /data/pg/ok",
    "--health-interval": "200ms",
    "--health-retries": "2",
    "--entrypoint": "",
  };
  const command = ["sh", "-c", "mkdir -pm 700 /data/pg; exec sleep 600"];
  docker("run", "--detach", "--init", ...Object.entries(given).flat(), image, ...command);
  let seconds = 0;
  return {
    name,
    volume,
    service: serviceContainer({ container: { name }, now: () => new Date(1000 * seconds++) }),
    inspect: (format) => docker("inspect", "--format", format, name),
  };
}

/** All containers with such a name. */
function remove(name: string): void {
  const found = docker("ps", "-aq", "--filter", `name=${name}`).split("\n").filter(Boolean);
  if (found.length > 0) docker("rm", "--force", "--volumes", ...found);
}

const run = async ({ tools }: Pick<SwitchedService, "tools">, tool: string, ...args: string[]): Promise<string> =>
  await captureText(tools, tool, args, { signal });

describe("a service that goes over to other data", { timeout: startTimeoutMs }, () => {
  it("is healthy by what its check says from when on it is ready, and can go back with its restart policy", async (test) => {
    const { name, volume, service: live, inspect } = service(test);
    const before = inspect(state);
    await using replacement = await live.prepare("/data/pg", signal);
    await run(replacement, "touch", "/data/pg/restored");
    const switched = await replacement.switchOver(async (running) => {
      while (inspect("{{.State.Health.Status}}") !== "unhealthy") await setTimeout(50);
      await run(running, "touch", "/data/pg/ok");
      return await run(running, "ls", "/data/pg");
    }, options);
    expect(switched).toEqual({ value: "ok\nrestored\n", health: "healthy" });
    expect(inspect(volumes)).toContain(replacement.volume);
    for (const command of replacement.goBackCommands) docker(...command.split(" ").slice(1));
    expect(inspect(state)).toBe(before);
    expect(inspect(volumes)).toContain(volume);
    remove(`${name}_restored_`);
    expect(await live.look("/data/pg", signal)).toMatchObject({ unused: [replacement.volume] });
  });

  it("is the old one again when the new one does not become ready or healthy", async (test) => {
    const { name, service: live, inspect } = service(test);
    const before = inspect(state);
    for (const [says, untilReady] of [
      ["is unhealthy", async () => undefined],
      ["not ready", async () => await Promise.reject(new Error("not ready"))],
    ] as const) {
      await using replacement = await live.prepare("/data/pg", signal);
      const switching = replacement.switchOver(untilReady, options);
      await expect(switching).rejects.toThrow(says);
      expect(inspect(state)).toBe(before);
      const failed = docker(
        "ps",
        "-a",
        "--filter",
        `name=${name}_failed_restore_`,
        "--format",
        "{{.State}} {{.Mounts}}",
      );
      expect(failed).toMatch(/^exited /);
      remove(`${name}_failed_restore_`);
    }
  });

  it("is not touched when it became another one meanwhile, or another restore makes the same volume", async (test) => {
    const { name, service: live } = service(test);
    await using replacement = await live.prepare("/data/pg", signal);
    const other = serviceContainer({ container: { name }, now: () => new Date(0) });
    await expect(other.prepare("/data/pg", signal)).rejects.toMatchObject({ code: "TARGET_BUSY" });
    docker("rename", name, `${name}_other`);
    const renamed = docker("inspect", "--format", state, `${name}_other`);
    await expect(replacement.switchOver(async () => undefined, options)).rejects.toMatchObject({
      code: "TARGET_BUSY",
      hint: expect.stringContaining(replacement.volume),
    });
    expect(docker("inspect", "--format", state, `${name}_other`)).toBe(renamed);
    remove(`${name}_other`);
    const gone = replacement.switchOver(async () => undefined, options);
    await expect(gone).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    expect(docker("ps", "-aq", "--filter", `name=${name}`)).toBe("");
  });
});

it("a container like another one has all its mounts but one, also those that it took from a third", () => {
  const mount = (Type: string, Destination: string, RW = true) => {
    return { Type, Destination, RW, Name: `v${Destination}`, Source: `/srv${Destination}` };
  };
  const found = {
    Id: "0123456789abcdef",
    Config: { Hostname: "0123456789ab" },
    HostConfig: { Binds: ["old:/data", "/etc/pg:/conf:ro"], VolumesFrom: ["third"], Tmpfs: { "/run": "" } },
    Mounts: [
      mount("volume", "/data"),
      mount("bind", "/conf", false),
      mount("volume", "/image"),
      mount("bind", "/third", false),
      mount("tmpfs", "/run"),
    ],
  } as unknown as Parameters<typeof sameSettings>[0];
  const { HostConfig, Hostname } = sameSettings(found, { destination: "/data", volume: "new", image: "pg" });
  expect(Hostname).toBeUndefined();
  expect(HostConfig).toMatchObject({ Binds: ["/etc/pg:/conf:ro"], Tmpfs: { "/run": "" } });
  expect(HostConfig).not.toHaveProperty("VolumesFrom");
  expect(HostConfig?.Mounts?.map(({ Source, Target, ReadOnly }) => [Source, Target, ReadOnly])).toEqual([
    ["v/image", "/image", false],
    ["/srv/third", "/third", true],
    ["new", "/data", false],
  ]);
});
