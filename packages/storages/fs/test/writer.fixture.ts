import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fsStorage } from "../src/index.ts";

/** Run as `node writer.fixture.ts <repository> <key>`: stores an object that never ends, and says so when it has begun. */
const [path = "", key = ""] = process.argv.slice(2);
const { signal } = new AbortController();

async function* endless(): AsyncGenerator<Buffer> {
  for (let written = 0; ; written += 1) {
    if (written === 4) process.stdout.write("writing\n");
    yield Buffer.alloc(1024 * 1024, "x");
    await nextTurn();
  }
}

await fsStorage({ path }).put(key, Readable.from(endless()), { signal, ifExists: "fail" });
