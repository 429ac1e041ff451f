// Writes docs/errors.md from the one table of error codes; with --check says whether the file is what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ERRORS } from "../../packages/core/src/errors/error-table.ts";
import { errorsDocument } from "./docs/errors-document.ts";

const file = fileURLToPath(new URL("../../docs/errors.md", import.meta.url));
const text = errorsDocument(ERRORS);

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("docs/errors.md is not what the error table says. Run: pnpm errors-doc");
  process.exitCode = 1;
}
