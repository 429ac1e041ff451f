import type { EngineLog, RecoveryWindow } from "@dbsave/core";
import { isPhysical } from "./physical/method.ts";
import { archivedWal } from "./physical/recovery/archived-wal.ts";
import { planRecovery } from "./physical/recovery/plan-recovery.ts";
import { baseOf, trailOf } from "./physical/recovery/trail.ts";
import { stretchesOf } from "./wal/history.ts";
import { formatLsn } from "./wal/lsn.ts";

/** The WAL of a server. */
export const log: EngineLog = {
  survey: async (backups, files) => {
    const bases = backups.filter((manifest) => isPhysical(manifest)).map((manifest) => baseOf(manifest));
    const windows = bases.flatMap((base): readonly RecoveryWindow[] => {
      const trail = trailOf(base, stretchesOf(base.timeline, []), archivedWal(base.systemIdentifier, files));
      if (trail === null) return [];
      const { id: backup, consistentAt: at } = base.manifest;
      const { archivedAt = at } = trail.segments.at(-1) ?? {};
      const { systemIdentifier: source, timeline, stop } = base;
      const from = { position: formatLsn(stop), at, backup };
      return [{ source, timeline, from, to: { position: formatLsn(trail.end), at: archivedAt }, gap: trail.gap }];
    });
    return { windows, findings: [] };
  },
  plan: planRecovery,
  expendable: () => [],
};
