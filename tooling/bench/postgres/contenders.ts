import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "./place.ts";

export interface Contender {
  readonly name: string;
  /** For bash; what it stores lies below `stored`. */
  readonly command: string;
  /** For bash, before the clock runs. */
  readonly prepare?: string;
}

const dbsave = fileURLToPath(import.meta.resolve("../../../apps/backup-cli/dist/dbsave.js"));

/** dbsave first. */
export function contenders({ tool, source, clientMajor }: Place, folder: string): readonly Contender[] {
  const stored = join(folder, "stored");
  const dump = (compression: string): string => `${tool("pg_dump")} -Fc -Z ${compression} bench`;
  const stock = clientMajor >= 16 ? dump("zstd:3") : `${dump("0")} | zstd -q -3`;
  const encrypt = "gpg --batch --yes --quiet --pinentry-mode loopback --passphrase bench --symmetric";
  return [
    { name: "dbsave", command: `${process.execPath} ${dbsave} backup '${source}' --to ${stored} --quiet` },
    { name: "stock", command: `${stock} > ${stored}/dump` },
    {
      name: "script",
      command: `${dump("9")} | gzip -9 > ${stored}/dump && sha256sum ${stored}/dump > ${stored}/sum && ${encrypt} ${stored}/dump && rm ${stored}/dump`,
    },
  ];
}
