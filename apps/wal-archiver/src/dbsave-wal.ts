#!/usr/bin/env node
// A server takes the exit status for the answer, so even a defect before anything is loaded must have the right one.
const defect = process.argv[2] === "fetch" ? 200 : 1;
process.exitCode = defect;
process.on("uncaughtException", (error) => {
  process.stderr.write(`dbsave-wal: ${error.stack}\n`, () => process.exit(defect));
});

// No static imports: on an older Node.js, what is loaded before the version is checked could crash without a word.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major >= 26 || (major === 24 && minor >= 11)) {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  // In a directory of the user's own: in the shared temporary directory others could plant code.
  const { HOME, XDG_CACHE_HOME = HOME && `${HOME}/.cache` } = process.env;
  if (XDG_CACHE_HOME) process.getBuiltinModule("node:module").enableCompileCache(`${XDG_CACHE_HOME}/dbsave`);
  const { main } = await import("./main.ts");
  await main(process.argv.slice(2), version);
} else {
  process.stderr.write(
    `dbsave-wal: Node.js ${process.versions.node} is not supported\n` +
      "  Install Node.js 24.11 or newer, or name one that is installed: /path/to/node dbsave-wal ...\n",
  );
}
