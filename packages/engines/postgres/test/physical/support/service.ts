import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { currentRun, docker, runLabel, type ServerName, server } from "@dbsave/testbed";
import { onTestFinished, type TestContext } from "vitest";
import { type ParsedOptions, parseOptions } from "../../../src/options.ts";

/** A service of its own with its data in a volume, as Compose would make it. */
export interface TestService {
  readonly name: string;
  readonly volume: string;
  /** Where it is now. */
  options(): ParsedOptions;
  sql(statement: string): string;
  inspect(format: string, which?: string): string;
}

export const data = "/var/lib/service/data";
const serve = `
  PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
  as="setpriv --reuid=postgres --regid=postgres --init-groups"
  if ! [ -s "$PGDATA/PG_VERSION" ]; then
    chown postgres:postgres /var/lib/service && chmod 750 /var/lib/service
    $as initdb -U postgres --auth=trust --no-sync > /dev/null
    echo 'host all,replication all all trust' >> "$PGDATA/pg_hba.conf"
  fi
  exec $as postgres -c listen_addresses='*' -c unix_socket_directories=/tmp -c fsync=off -c restore_command="$RESTORE"`;
/** Everything in it is there, and the table that it cannot do without as well. */
const health = "psql -h /tmp -U postgres -XAtqc 'select count(*) from needed'";

/**
 * Skips the test without Docker. All of it, and what was made beside it, is removed afterwards. `restore` is asked by a server that recovers for each file
 * that it looks for.
 */
export async function service(
  major: ServerName,
  test: Pick<TestContext, "skip">,
  restore = "false",
): Promise<TestService> {
  const { container } = await server(major, test);
  if (container === undefined) return test.skip("needs docker");
  const name = `service-${randomBytes(4).toString("hex")}`;
  const volume = `${name}_data`;
  const inspect = (format: string, which = name): string => docker("inspect", "--format", format, which);
  onTestFinished(() => {
    const made = ["--filter", `name=^/?${name}`];
    const containers = docker("ps", "-aq", ...made)
      .split("\n")
      .filter(Boolean);
    if (containers.length > 0) docker("rm", "--force", "--volumes", ...containers);
    const volumes = docker("volume", "ls", "-q", "--filter", `name=${name}`).split("\n").filter(Boolean);
    if (volumes.length > 0) docker("volume", "rm", ...volumes);
    docker("network", "rm", name);
  });
  docker("network", "create", name);
  const options = {
    "--name": name,
    "--user": "0",
    "--restart": "unless-stopped",
    "--volume": `${volume}:/var/lib/service`,
    "--network": name,
    "--network-alias": "db",
    "--stop-signal": "SIGINT",
    "--health-cmd": health,
    "--health-interval": "300ms",
    "--health-retries": "1",
    "--health-start-period": "1s",
    "--entrypoint": "",
  };
  const labels = [
    "com.docker.compose.project=shop",
    "com.docker.compose.service=db",
    `${runLabel}=${currentRun().name}`,
  ];
  const image = inspect("{{.Config.Image}}", container.name);
  const variables = [`PGDATA=${data}`, `RESTORE=${restore}`];
  const given = [
    ...labels.map((label) => ["--label", label]),
    ...variables.map((variable) => ["--env", variable]),
    ...Object.entries(options),
  ].flat();
  docker("run", "--detach", ...given, image, "sh", "-c", serve);
  const sql = (statement: string): string =>
    docker("exec", name, "psql", "-h", "/tmp", "-U", "postgres", "-XAtqc", statement);
  const isUp = (): boolean =>
    spawnSync("docker", ["exec", name, "psql", "-h", "/tmp", "-U", "postgres", "-c", "select 1"]).status === 0;
  while (!isUp()) await setTimeout(100);
  const address = `{{with index .NetworkSettings.Networks "${name}"}}{{.IPAddress}}{{end}}`;
  return {
    name,
    volume,
    options: () => parseOptions({ host: inspect(address), user: "postgres", ssl: "disable" }),
    sql,
    inspect,
  };
}
