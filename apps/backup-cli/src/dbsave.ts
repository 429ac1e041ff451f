#!/usr/bin/env node
// No static imports: on an older Node.js, what is loaded before the version is checked could crash without a word.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major >= 26 || (major === 24 && minor >= 11)) {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  if (process.argv.length === 3 && process.argv[2] === "--version") {
    process.stdout.write(`${version}\n`);
  } else {
    // In a directory of the user's own: in the shared temporary directory others could plant code.
    const { HOME, XDG_CACHE_HOME = HOME && `${HOME}/.cache` } = process.env;
    if (XDG_CACHE_HOME) process.getBuiltinModule("node:module").enableCompileCache(`${XDG_CACHE_HOME}/dbsave`);
    // Else V8 lets short-lived objects take 100 MB before it looks at them; what streams has no use for that.
    process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
    const { main } = await import("./main.ts");
    await main(process.argv.slice(2), version);
  }
} else {
  process.stderr.write(
    `dbsave: Node.js ${process.versions.node} is not supported: it loses data or crashes with a dependency\n` +
      "  Install Node.js 24.11 or newer, or name one that is installed: /path/to/node dbsave ...\n",
  );
  process.exitCode = 2;
}
