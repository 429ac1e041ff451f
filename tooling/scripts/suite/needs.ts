import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SERVERS } from "../../testbed/src/catalogue.ts";

/** Something that tests use and the workspace cannot bring along. `name` is what a skip says: `needs age`. */
export interface Need {
  readonly name: string;
  readonly program: string;
  readonly debian: string;
  /** A command that works where the need is met in another way. */
  readonly answers?: readonly [string, ...string[]];
}

/** Everything from outside that some test uses. A new server or tool is one more line. */
export const NEEDS: readonly Need[] = [
  { name: "age", program: "age", debian: "age" },
  { name: "busybox", program: "busybox", debian: "busybox" },
  { name: "debootstrap", program: "debootstrap", debian: "debootstrap" },
  { name: "docker", program: "dockerd", debian: "docker.io", answers: ["docker", "version"] },
  { name: "gzip", program: "gzip", debian: "gzip" },
  { name: "openssl", program: "openssl", debian: "openssl" },
  { name: "psql", program: "psql", debian: "postgresql-client" },
  { name: "sqlite3", program: "sqlite3", debian: "sqlite3" },
  { name: "zstd", program: "zstd", debian: "zstd" },
];

export function missingNeeds(needs: readonly Need[] = NEEDS, path: string = process.env["PATH"] ?? ""): Need[] {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const isMet = ({ program, answers }: Need): boolean =>
    folders.some((folder) => isExecutable(join(folder, program))) || (answers !== undefined && works(answers));
  return needs.filter((need) => !isMet(need));
}

/** The one command that provides `needs` on Debian and its relatives. */
export function installCommand(needs: readonly Need[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${needs.map((need) => need.debian).join(" ")}`;
}

/** Installs what is missing where that is a matter of course: as root on Debian. Says what it installs. */
export function installNeeds(): void {
  const missing = missingNeeds();
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  const command = installCommand(missing);
  console.log(`Tests need ${missing.map((need) => need.name).join(", ")}; installing: ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { env, encoding: "utf8" });
  if (status !== 0) console.log(`${stdout}${stderr}That did not work: the tests that need it are skipped by name.`);
}

/** Names in `DBSAVE_TEST_REQUIRE` (comma-separated; `all` means every need and server): a skip for want of one is a failure. */
export function parseRequired(text: string | undefined): readonly string[] {
  const names = (text ?? "").split(",").map((name) => name.trim());
  return names.includes("all") ? [...NEEDS, ...SERVERS].map(({ name }) => name) : names.filter((name) => name !== "");
}

export function works([program, ...args]: readonly [string, ...string[]]): boolean {
  return spawnSync(program, args, { stdio: "ignore", timeout: 20_000 }).status === 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
