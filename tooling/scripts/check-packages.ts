// What lint cannot see: the arrows between packages and the anatomy they share. Takes another root as its argument.
import { fileURLToPath } from "node:url";
import { anatomyProblems } from "./packages/anatomy.ts";
import { arrowProblems } from "./packages/arrows.ts";
import { readWorkspace } from "./packages/workspace.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("../../", import.meta.url));
const packages = readWorkspace(root);
const problems = [...arrowProblems(packages), ...anatomyProblems(packages)];
for (const problem of problems) console.error(problem);
if (problems.length > 0 || packages.length === 0) process.exitCode = 1;
