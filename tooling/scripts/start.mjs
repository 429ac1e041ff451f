import { bootstrap, inWorkspace } from "./bootstrap.mjs";

bootstrap();
console.log("\nBuilding the dbsave command");
const built = inWorkspace(["turbo", "run", "build", "--filter=@dbsave/backup-cli", "--output-logs=errors-only"]);
process.exitCode = built || inWorkspace(["node", "tooling/scripts/demo.ts"]);
