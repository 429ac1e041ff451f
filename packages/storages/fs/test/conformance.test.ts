import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storageConformance } from "@dbsave/testkit";
import { fsStorage } from "../src/index.ts";
import { openFiles } from "./open-files.ts";

storageConformance({
  name: "fs",
  create: async () => {
    const path = await mkdtemp(join(tmpdir(), "dbsave-fs-"));
    return {
      storage: fsStorage({ path: join(path, "repository") }),
      ...(process.platform === "linux" && { openHandles: () => openFiles(path) }),
      [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
    };
  },
});
