import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryDirectory } from "./temporary-directory.ts";

const home = fileURLToPath(new URL("..", import.meta.url));

it("the example of the README runs as it stands", async () => {
  const path = await temporaryDirectory();
  const readme = await readFile(join(home, "README.md"), "utf8");
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const program = example.replace("/srv/backups", join(path, "backups"));
  const args = ["--conditions=@dbsave/source", "--input-type=module-typescript", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: home });
  expect(stdout).toBe(`backups go to fs:${join(path, "backups")}\nproven\nnotes/today.txt 6\n`);
  expect((await readdir(join(path, "backups"))).toSorted()).toEqual(["dbsave.json", "tmp"]);
});
