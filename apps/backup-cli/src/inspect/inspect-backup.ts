import { ERRORS, phase, verify } from "@dbsave/core";
import type { Outcome } from "../outcome.ts";
import { chooseBackup } from "../places/choose-backup.ts";
import { type KeyArguments, keysOf } from "../places/keys.ts";
import { openShelves } from "../places/open-shelves.ts";
import type { Session } from "../session/session.ts";
import { contentsTable } from "../views/contents-view.ts";
import { proofText } from "../views/proof-view.ts";

interface BackupArguments extends KeyArguments {
  readonly from?: string | undefined;
  readonly target?: string | undefined;
}

/** What a backup holds, by its fingerprint, and whether its artifacts are sound; the check is recorded beside the backup. */
export async function inspectBackup(backup: string, args: BackupArguments, session: Session): Promise<Outcome> {
  await using shelves = await openShelves(args, session);
  const { shelf, entry } = await chooseBackup(shelves, { backup, target: args.target }, session);
  const { manifest } = entry;
  await using open = await shelf.open(manifest.engine, keysOf(args));
  const options = {
    ...session.run,
    repository: shelf.repository,
    manifest,
    level: "structure",
    codecs: open.decoders,
  } as const;
  const proof = await phase(session.run, shelf.target, "verify", async () => {
    const value = await verify(open.job.engine, options);
    return { value, state: value.outcome === "passed" ? "ok" : "warning", message: `${manifest.id}: ${value.summary}` };
  });
  const { fingerprint, details } = manifest;
  return {
    exit: proof.outcome === "passed" ? 0 : ERRORS.VERIFY_FAILED.exit,
    json: { type: "inspect", backup: manifest.id, target: shelf.target, details, fingerprint, proof },
    text: (paint) =>
      [proofText(proof, paint), ...(fingerprint === null ? [] : ["", contentsTable(fingerprint, paint)])].join("\n"),
  };
}
