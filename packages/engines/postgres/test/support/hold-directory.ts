import { Readable } from "node:stream";
import { containerTools, hostTools } from "@dbsave/exec";
import { makeToolDirectory } from "../../src/tools/tool-directory.ts";

/** Keeps a file in a directory where tools run, prints its path and waits to be killed. Arguments: scratch directory, container. */
const [scratchDir = "", container] = process.argv.slice(2);
const { env } = process;
const tools = container === undefined ? hostTools({ env }) : containerTools({ container: { name: container }, env });
const report = (): void => undefined;
const signal = new AbortController().signal;
const directory = await makeToolDirectory(tools, { signal, scratchDir, report } as unknown as Parameters<
  typeof makeToolDirectory
>[1]);
process.stdout.write(`${await directory.write("dump", Readable.from([Buffer.from("plain data")]))}\n`);
setInterval(() => undefined, 1000);
