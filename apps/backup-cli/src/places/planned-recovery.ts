import { checkLog, loadChain, planRecovery } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import type { PlannedRecovery } from "../views/recovery-view.ts";
import type { ChosenBackup } from "./choose-backup.ts";
import { type RecoveryArguments, recoveryTarget } from "./recovery-order.ts";
import type { RestorePlace } from "./restore-place.ts";

/**
 * The way to where the flags say that a recovery ends; undefined when they ask for none. It begins with the newest backup
 * that reaches it, or with the chosen one when that was named by its id.
 */
export async function plannedRecovery(
  { backup: name, ...args }: RecoveryArguments & { readonly backup: string },
  { shelf, entry: { manifest } }: Pick<ChosenBackup, "shelf" | "entry">,
  { engine, decoders: codecs }: Pick<RestorePlace<object>, "engine" | "decoders">,
  { run }: Pick<Session, "run">,
): Promise<PlannedRecovery | undefined> {
  const timeZone = shelf.timeZone ?? manifest.timeZone;
  const to = recoveryTarget(args, timeZone);
  if (to === undefined) return undefined;
  const { repository, target } = shelf;
  const isNamed = name !== target && !name.startsWith("latest");
  const where = { ...run, repository, target, codecs };
  const recovery = await planRecovery(engine, { ...where, to, ...(isNamed && { backup: manifest.id }) });
  const { windows } = await checkLog(engine.log, where);
  const chain = await loadChain(repository.storage, recovery.route.backup, run.signal);
  return { recovery, chain, windows, timeZone };
}
