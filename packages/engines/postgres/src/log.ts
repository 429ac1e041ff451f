import type { EngineLog, RecoveryWindow } from "@dbsave/core";
import { isPhysical } from "./physical/method.ts";
import { archivedWal } from "./physical/recovery/archived-wal.ts";
import { planRecovery } from "./physical/recovery/plan-recovery.ts";
import { baseOf, trailOf } from "./physical/recovery/trail.ts";
import { stretchesOf } from "./wal/history.ts";
import { formatLsn } from "./wal/lsn.ts";

/** The WAL of a server. */
export const log: EngineLog = {
  windows: (backups, files) =>
    backups
      .filter((manifest) => isPhysical(manifest))
      .flatMap((manifest): readonly RecoveryWindow[] => {
        const base = baseOf(manifest);
        const trail = trailOf(base, stretchesOf(base.timeline, []), archivedWal(base.systemIdentifier, files));
        if (trail === null) return [];
        const { id: backup, consistentAt: at } = manifest;
        const { archivedAt = at } = trail.segments.at(-1) ?? {};
        return [
          {
            source: base.systemIdentifier,
            timeline: base.timeline,
            from: { position: formatLsn(base.stop), at, backup },
            to: { position: formatLsn(trail.end), at: archivedAt },
            gap: trail.gap,
          },
        ];
      }),
  plan: planRecovery,
  expendable: () => [],
};
