import { isDbsaveError } from "@dbsave/core";
import { engineConformance } from "@dbsave/testkit";
import { afterAll, describe } from "vitest";
import { physicalSubjectOn, type SharedServer, sharedServer } from "./support/subject.ts";

const server = await sharedServer().catch((error: unknown): SharedServer | string => {
  if (isDbsaveError(error, "TOOL_MISSING")) return "needs postgresql 15";
  throw error;
});
const isMissing = typeof server === "string";
afterAll(() => (isMissing ? undefined : server[Symbol.asyncDispose]()));

const named = "a physical restore always names its directory";
const long = "takes a dozen restores of a whole server; restore.test.ts and archives.test.ts look at the same";
const wholeServer =
  "the throw-away server of a physical backup is read as a whole, not as the one database of its source";
const newer = "needs PostgreSQL 17; chain.test.ts looks at the same on 17 and 18";
const cannot = {
  "restores an incremental backup, with all it was taken upon, to the contents of its own moment": newer,
  "finds nothing wrong with incremental backups that are whole": newer,
  "refuses a place that is not empty with TARGET_NOT_EMPTY, and leaves it as it is": named,
  "foretells in a plan that a place is not empty, unless it may be moved aside": named,
  "restores over its own source when forced, and keeps what was there": named,
  "passes on the error of a backup that breaks off in its middle, and leaves the place as it was": long,
  "passes on the error of a backup that is found damaged at its very end, and leaves the place as it was": long,
  "passes on the error of a backup that cannot be opened, and leaves the place as it was": long,
  "fails on what is no backup or the half of one, and leaves the place as it was": long,
  "stops a restore that is cancelled while its source stalls, and leaves the place as it was": long,
  "does not care how the bytes of a backup are cut into pieces": long,
  "keeps all that it moved aside when it is forced twice at the same moment": long,
  "takes backup after backup, and each restores to what it was taken of": long,
  "restores whole when the restore before it failed": long,
  "keeps scratch instances apart": long,
  "restores into a scratch instance to the same contents, without touching the source": wholeServer,
};

describe.skipIf(isMissing)(`method physical${isMissing ? `: ${server}` : ""}`, () => {
  if (!isMissing)
    engineConformance({ name: "postgres", create: () => physicalSubjectOn(server), cannot, patienceMs: 6000 });
});
