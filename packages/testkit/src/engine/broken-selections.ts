import { rm } from "node:fs/promises";
import type { Engine, RestoreRequest } from "@dbsave/core";
import { isDbsaveError } from "@dbsave/core";
import { type BrokenEngine, broken, type Defect } from "./broken-engine.ts";

const alone = "restores a part of a backup alone, and says what must be there";
const never = "never puts a part of a backup where something is, not even when forced";
const unknown = "refuses with SOURCE_NOT_FOUND a part that the backup does not hold, and changes nothing";
const unable = "refuses with UNSUPPORTED a part that it cannot restore alone, and changes nothing";

export const brokenSelections: readonly BrokenEngine[] = [
  broken(
    alone,
    "restores everything whatever part is asked for",
    heedless(() => true),
  ),
  broken(alone, "restores everything, and says that it was a part", (honest, path) => ({
    restore: async (request, source, ctx) => {
      const { into = path } = request;
      const { restored = [], ...report } = await honest.restore(request, source, ctx);
      await rm(into);
      await honest.restore(withoutPart(request), source, ctx);
      return { ...report, restored };
    },
  })),
  broken(alone, "does not say what must be there", (honest) => ({
    restore: async (...request) => {
      const { restored: _restored, ...report } = await honest.restore(...request);
      return report;
    },
  })),
  broken(alone, "says that nothing must be there", (honest) => ({
    restore: async (...request) => {
      const { restored = [], ...report } = await honest.restore(...request);
      return {
        ...report,
        restored: restored.map((place) => ({ ...place, expected: { ...place.expected, items: [] } })),
      };
    },
  })),
  broken(never, "puts a part over the whole", (honest, path) => ({
    restore: async (request, source, ctx) => {
      if (request.force) await rm(request.into ?? path, { force: true });
      return await honest.restore(request, source, ctx);
    },
  })),
  broken(unknown, "restores everything where it does not know the part", (honest) => ({
    restore: (request, source, ctx) =>
      honest.restore(request, source, ctx).catch((error: unknown) => {
        if (!isDbsaveError(error, "SOURCE_NOT_FOUND")) throw error;
        return honest.restore(withoutPart(request), source, ctx);
      }),
  })),
  broken(unknown, "plans what cannot be", (honest) => ({
    planRestore: (request, ...rest) => honest.planRestore(withoutPart(request), ...rest),
  })),
  broken(
    unable,
    "restores everything where it cannot tell parts apart",
    heedless(({ select }) => select?.tables === undefined),
  ),
];

/** Forgets the part that was asked for. */
function heedless(when: (request: RestoreRequest) => boolean): Defect {
  return (honest: Engine) => ({
    restore: (request, ...rest) => honest.restore(when(request) ? withoutPart(request) : request, ...rest),
  });
}

function withoutPart({ select: _select, ...request }: RestoreRequest): RestoreRequest {
  return request;
}
