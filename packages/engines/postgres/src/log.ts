import type { EngineLog } from "@dbsave/core";
import { expendableWal } from "./physical/log/expendable.ts";
import { surveyWal } from "./physical/log/survey.ts";
import { planRecovery } from "./physical/recovery/plan-recovery.ts";
import { followReplaced } from "./physical/recovery/replaced.ts";

/** The WAL of a server. */
export const log: EngineLog = {
  survey: surveyWal,
  plan: (to, backups, archived, signal) => planRecovery(to, backups, followReplaced(archived), signal),
  expendable: expendableWal,
};
