import { writeFileSync } from "node:fs";

/* Loaded into dbsave by `measure.ts`: tells how much memory the process had at most, in KiB. */
process.on("exit", () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));
