import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FsPort, nodeFs } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { swapIn } from "../src/file/swap-in.ts";
import { temporaryDirectory } from "./support/harness.ts";

/** The old database with `suffixes` beside it, and a new one that is ready. */
async function place(...suffixes: readonly string[]): Promise<{ directory: string; target: string }> {
  const directory = await temporaryDirectory();
  const target = join(directory, "app.db");
  for (const suffix of ["", ...suffixes]) await writeFile(target + suffix, `old${suffix}`);
  await writeFile(join(directory, "new"), "new");
  return { directory, target };
}

/** The real file system, on which somebody makes `path` as soon as `name` is gone. */
function withNewcomer(name: string, path: string): FsPort {
  return {
    ...nodeFs,
    async unlink(gone) {
      await nodeFs.unlink(gone);
      if (gone === name) await writeFile(path, "theirs");
    },
  };
}

async function filesOf(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).toSorted();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), "utf8")])),
  );
}

describe("somebody who comes while a restored database is put in place", () => {
  for (const moment of ["", "-wal"]) {
    it(`and makes a database there once app.db${moment} is gone keeps it alone, and the old one stays whole aside`, async () => {
      const { directory, target } = await place("-wal", "-shm");
      const fs = withNewcomer(target + moment, target);
      const swapping = swapIn(fs, join(directory, "new"), target, join(directory, "aside"));
      await expect(swapping).rejects.toMatchObject({ code: "TARGET_BUSY", hint: expect.stringContaining("aside") });
      expect(await filesOf(directory)).toEqual({
        "app.db": "theirs",
        aside: "old",
        "aside-shm": "old-shm",
        "aside-wal": "old-wal",
        new: "new",
      });
    });
  }

  it("and opened the old database in time keeps it with the -wal that it makes: the new one never meets that", async () => {
    const { directory, target } = await place();
    const fs = withNewcomer(target, `${target}-wal`);
    const swapping = swapIn(fs, join(directory, "new"), target, join(directory, "aside"));
    await expect(swapping).rejects.toMatchObject({ code: "TARGET_BUSY" });
    expect(await filesOf(directory)).toEqual({ "app.db": "old", "app.db-wal": "theirs", new: "new" });
  });
});
