import type { Job, JobName } from "../worker/protocol.ts";
import { checkFile } from "./check-file.ts";
import { checkpoint } from "./checkpoint.ts";
import { claim } from "./claim.ts";
import { copyOnline } from "./copy-online.ts";
import { copyVacuum } from "./copy-vacuum.ts";
import { dumpSql } from "./dump-sql.ts";
import { explore } from "./explore.ts";
import { fingerprint } from "./fingerprint.ts";
import { loadSql } from "./load-sql.ts";
import { readFacts } from "./read-facts.ts";
import { tidy } from "./tidy.ts";
import { useWal } from "./use-wal.ts";

/** What a worker can do, by name. */
export const jobs: { readonly [N in JobName]: Job<N> } = {
  readFacts,
  explore,
  checkpoint,
  copyOnline,
  copyVacuum,
  dumpSql,
  loadSql,
  fingerprint,
  checkFile,
  useWal,
  claim,
  tidy,
};
