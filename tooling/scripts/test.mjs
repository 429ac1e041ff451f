import { bootstrap, inWorkspace } from "./bootstrap.mjs";

bootstrap();
process.exitCode = inWorkspace(["node", "tooling/scripts/suite.ts", ...process.argv.slice(2)]);
