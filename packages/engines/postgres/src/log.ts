import type { EngineLog } from "@dbsave/core";
import { expendableWal } from "./physical/log/expendable.ts";
import { surveyWal } from "./physical/log/survey.ts";
import { planRecovery } from "./physical/recovery/plan-recovery.ts";

/** The WAL of a server. */
export const log: EngineLog = { survey: surveyWal, plan: planRecovery, expendable: expendableWal };
