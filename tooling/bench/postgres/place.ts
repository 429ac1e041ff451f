import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the server is, and its programs. */
export interface Place extends AsyncDisposable {
  readonly version: string;
  readonly clientMajor: number;
  /** For dbsave. */
  readonly source: string;
  /** Empty where it cannot be reached. */
  readonly dataDirectory: string;
  /** For the server's own programs. */
  readonly env: Readonly<Record<string, string>>;
  /** How bash starts one of the server's own programs. */
  readonly tool: (name: string) => string;
  readonly run: (command: string) => string;
  readonly psql: (database: string, sql: string) => string;
  databaseMegabytes(): number;
  /** CPU time that the server has used so far. */
  serverSeconds(): number;
}

export interface PlaceOptions {
  readonly bin: string;
  readonly container?: string | undefined;
  readonly socket?: string | undefined;
  readonly port?: string | undefined;
  readonly pid?: string | undefined;
}

export async function openPlace(options: PlaceOptions, folder: string): Promise<Place> {
  const { container, socket, port = "5432", pid, bin } = options;
  if (container !== undefined) {
    const user = ["exec", "-i", "-u", "postgres", container];
    const used = (): number => {
      const text = execFileSync("docker", [...user, "cat", "/sys/fs/cgroup/cpu.stat"], { encoding: "utf8" });
      return Number(/usage_usec (\d+)/.exec(text)?.[1]) / 1e6;
    };
    const inside = (name: string): string => `docker ${user.join(" ")} ${name} -h /tmp`;
    return placeWith({
      dataDirectory: "",
      source: `docker:${container}/bench`,
      env: {},
      tool: inside,
      serverSeconds: used,
    });
  }
  const started =
    socket === undefined ? startServer(bin, folder) : { socket, data: "", pid: Number(pid), stop: () => {} };
  const url = `postgres://postgres@/bench?host=${encodeURIComponent(started.socket)}&port=${port}`;
  const env = { PGHOST: started.socket, PGPORT: port, PGUSER: "postgres", PATH: `${bin}:${process.env["PATH"]}` };
  const place = placeWith({
    source: url,
    dataDirectory: started.data,
    env,
    tool: (name) => join(bin, name),
    serverSeconds: () => secondsOf(started.pid),
  });
  return { ...place, [Symbol.asyncDispose]: async () => started.stop() };
}

function placeWith(parts: Pick<Place, "source" | "dataDirectory" | "env" | "tool" | "serverSeconds">): Place {
  const run: Place["run"] = (command) => {
    const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
      env: { ...process.env, ...parts.env },
      encoding: "utf8",
      maxBuffer: 1e9,
    });
    if (status !== 0) throw new Error(`failed: ${command}: ${stderr}`);
    return stdout.trim();
  };
  const psql: Place["psql"] = (database, sql) => run(`${parts.tool("psql")} -XqAt ${database} <<'SQL'\n${sql}\nSQL`);
  const version = run(`${parts.tool("pg_dump").replace(/ -h .*/, "")} --version`);
  return {
    ...parts,
    run,
    psql,
    version,
    clientMajor: Number.parseInt(version.replace(/\D+/, ""), 10),
    databaseMegabytes: () => Math.round(Number(psql("bench", "SELECT pg_database_size('bench')")) / 1e6),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** With a socket in `folder` only. Not flushed: what is measured reads. */
function startServer(
  bin: string,
  folder: string,
): { readonly socket: string; readonly data: string; readonly pid: number; stop(): void } {
  const socket = join(folder, "server");
  const data = join(socket, "data");
  mkdirSync(socket);
  const id = (what: string): number => Number(execFileSync("id", [what, "postgres"], { encoding: "utf8" }));
  const owner = process.getuid?.() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
  if (owner.uid !== undefined) {
    chownSync(folder, owner.uid, owner.gid);
    chownSync(socket, owner.uid, owner.gid);
  }
  const run = (name: string, ...args: readonly string[]): void => {
    execFileSync(join(bin, name), args, { ...owner, cwd: socket, stdio: ["ignore", "ignore", "inherit"] });
  };
  run("initdb", "-D", data, "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C");
  const settings = {
    listen_addresses: "''",
    fsync: "off",
    shared_buffers: "512MB",
    max_wal_size: "4GB",
    max_locks_per_transaction: 1024,
    archive_mode: "on", // others refuse to take base backups without
    archive_command: "/bin/true",
  };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  run("pg_ctl", "-D", data, "-w", "-l", join(socket, "log"), "-o", `-k ${socket} ${flags.join(" ")}`, "start");
  const pid = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
  return { socket, data, pid, stop: () => run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop") };
}

/** Of a process, its children that live, and those it has waited for. */
function secondsOf(pid: number): number {
  const ticks = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => statOf(entry))
    .filter((fields) => fields[0] === String(pid) || fields[3] === String(pid))
    .map((fields) =>
      fields.slice(13, fields[0] === String(pid) ? 17 : 15).reduce((sum, field) => sum + Number(field), 0),
    );
  return ticks.reduce((sum, one) => sum + one, 0) / 100;
}

function statOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/\(.*\)/s, "name")
      .split(" ");
  } catch {
    return []; // it has ended
  }
}
