import { type ArtifactSource, type Finding, isDbsaveError, type RunContext } from "@dbsave/core";
import { manifestName } from "./artifacts.ts";
import { compareWithManifest } from "./compare-with-manifest.ts";
import { physicalContentsOf } from "./contents.ts";
import { blockFormatOf } from "./incremental/block-format.ts";
import { missingBelow } from "./incremental/missing-below.ts";
import { ArchivedFiles } from "./manifest/archived-files.ts";
import { readInThread } from "./thread/read-in-thread.ts";

/**
 * Hashes every file of every archive and compares all of them, and the WAL, with the server's manifest. Needs no server and
 * no tool. Of an incremental backup also what is in its blocks, and that each has a file in the backup it was taken upon. Damage is an error; what kept the bytes from being read is thrown.
 */
export async function inspectPhysical(source: ArtifactSource, ctx: RunContext): Promise<readonly Finding[]> {
  const { archives, systemIdentifier } = physicalContentsOf(source.manifest);
  const archived = new ArchivedFiles();
  const format = blockFormatOf(source.manifest);
  const findings: Finding[] = [];
  for (const name of archives) {
    findings.push(
      ...(await judge(name, async () => {
        await readInThread(source, name, archived, { unpack: null, format }, ctx.signal);
        return [];
      })),
    );
  }
  const compared = await judge(manifestName, async () => {
    const { facts, problems } = await compareWithManifest(source, archived, ctx.signal);
    if (facts.systemIdentifier === null || facts.systemIdentifier === systemIdentifier) return problems;
    return [...problems, `it is of the system ${facts.systemIdentifier}, the backup of ${systemIdentifier}`];
  });
  const chain = await judge(source.manifest.parent ?? "", () => missingBelow(source, ctx.signal));
  return [...findings, ...compared, ...chain];
}

async function judge(object: string, look: () => Promise<readonly string[]>): Promise<readonly Finding[]> {
  const error = (message: string): Finding => ({ severity: "error", code: "SOURCE_INVALID", object, message });
  try {
    return (await look()).map(error);
  } catch (cause) {
    if (!isDbsaveError(cause, "SOURCE_INVALID")) throw cause;
    return [error(cause.message)];
  }
}
