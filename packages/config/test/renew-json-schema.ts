// Writes the published JSON Schema anew: `pnpm --filter @dbsave/config schema && pnpm format`.
import { writeFile } from "node:fs/promises";
import { configJsonSchema } from "../src/index.ts";

const path = new URL("../schema/dbsave.schema.json", import.meta.url);
await writeFile(path, `${JSON.stringify(await configJsonSchema(), null, 2)}\n`);
