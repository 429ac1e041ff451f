import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { Engine, ExploredItem, ExploreRequest, Fingerprint, FingerprintItem, RunContext } from "@dbsave/core";
import { type BrokenEngine, broken, type Defect } from "./broken-engine.ts";
import { readToyData, writeToyData } from "./toy-data.ts";

const declares = "declares what it has: methods with their kinds, and a scratch instance or none";
const learns = "learns about a healthy source, the same identity each time";
const lists = "lists what there is, each thing once, with figures that make sense, and changes nothing";
const counts = "counts rows exactly when it is asked to, as many as a fingerprint does";
const isStable = "takes the same fingerprint of the same contents, and changes nothing";
const isSorted = "lists the items of a fingerprint once each, sorted by kind and name";
const seesRows = "sees that rows were added, and more of them where it counts";
const seesValues = "sees that one value changed, though no row more or less is there";

export const brokenObservers: readonly BrokenEngine[] = [
  broken(declares, "declares no scratch instance and has one", ({ capabilities }) => ({
    capabilities: { ...capabilities, scratch: false },
  })),
  broken(declares, "declares a method without kinds", ({ capabilities }) => ({
    capabilities: { ...capabilities, methods: { ...capabilities.methods, magic: [] } },
  })),
  broken(learns, "takes the size for the identity", (honest) => ({
    probe: async (ctx) => {
      const facts = await honest.probe(ctx);
      return { ...facts, identity: `toy:${facts.sizeBytes}` };
    },
  })),
  broken(learns, "finds a healthy source ill", (honest) => ({
    probe: async (ctx) => {
      const finding = { severity: "error", code: "PERMISSION_DENIED", object: "users", message: "no access" } as const;
      return { ...(await honest.probe(ctx)), findings: [finding] };
    },
  })),
  broken("changes nothing when it probes", "tries on a probe whether it can write", (honest, path) => ({
    probe: async (ctx) => {
      await writeFile(`${path}.probe`, "");
      return await honest.probe(ctx);
    },
  })),
  broken("changes nothing when it probes", "leaves a mark in the source", (honest, path) => ({
    probe: async (ctx) => {
      const facts = await honest.probe(ctx);
      await writeToyData(path, { ...(await readToyData(path)), probed: {} });
      return facts;
    },
  })),
  broken(lists, "lists things twice", (honest) => ({
    explore: async (request, ctx) => (await explored(honest, request, ctx)).flatMap((item) => [item, item]),
  })),
  broken(lists, "leaves a mark when it is asked to look around", (honest, path) => ({
    explore: async (request, ctx) => {
      await writeFile(`${path}.explored`, "");
      return await explored(honest, request, ctx);
    },
  })),
  broken(lists, "gives shares in per cent", (honest) => ({
    explore: async (request, ctx) =>
      (await explored(honest, request, ctx)).map((item) => ({ ...item, details: { compressedShare: 50 } })),
  })),
  broken(counts, "estimates where it should count", (honest) => ({
    explore: async (request, ctx) => await explored(honest, { ...request, count: false }, ctx),
  })),
  broken(counts, "remembers what it counted", (honest) => {
    let first: Promise<readonly ExploredItem[]> | undefined;
    return {
      explore: (request, ctx) => {
        first ??= explored(honest, request, ctx);
        return first;
      },
    };
  }),
  broken(
    "refuses with SOURCE_NOT_FOUND to explore a database that is not there",
    "lists its own database whatever it is asked for",
    (honest) => ({ explore: async ({ count }, ctx) => await explored(honest, { count }, ctx) }),
  ),
  broken("saves without changing the contents, and proves it in one line", "saves without a proof", (honest) => ({
    save: async (ctx) => ({ ...(await honest.save(ctx)), proof: "" }),
  })),
  broken(
    "saves without changing the contents, and proves it in one line",
    "saves nothing but users",
    (honest, path) => ({
      save: async (ctx) => {
        const { users = {} } = await readToyData(path);
        await writeToyData(path, { users });
        return await honest.save(ctx);
      },
    }),
  ),
  broken(isStable, "puts the time into its fingerprint", (honest) => ({
    fingerprint: async (ctx) =>
      changeItems(await honest.fingerprint(ctx), (item) => ({ ...item, hash: sha256(item.hash, performance.now()) })),
  })),
  broken(isSorted, "lists the items as they come", (honest) => ({
    fingerprint: async (ctx) => {
      const { algorithm, items } = await honest.fingerprint(ctx);
      return { algorithm, items: items.toReversed() };
    },
  })),
  broken(isSorted, "lists items twice", (honest) => ({
    fingerprint: async (ctx) => {
      const { algorithm, items } = await honest.fingerprint(ctx);
      return { algorithm, items: items.flatMap((item) => [item, item]) };
    },
  })),
  broken(isSorted, "gives a fingerprint of nothing", (honest) => ({
    fingerprint: async (ctx) => ({ ...(await honest.fingerprint(ctx)), items: [] }),
  })),
  broken(
    seesRows,
    "looks at the names of tables only",
    digestOf((_rows, name) => name),
  ),
  broken(seesRows, "counts no rows", (honest) => ({
    fingerprint: async (ctx) => changeItems(await honest.fingerprint(ctx), (item) => ({ ...item, count: 0 })),
  })),
  broken(
    seesValues,
    "looks at keys and not at values",
    digestOf((rows) => Object.keys(rows).toSorted()),
  ),
  broken(
    seesValues,
    "looks at the length of values",
    digestOf((rows) => Object.values(rows).join("").length),
  ),
  broken(
    "does not see the order in which contents are stored",
    "hashes rows as they lie",
    digestOf((rows) => rows),
  ),
];

async function explored(engine: Engine, request: ExploreRequest, ctx: RunContext): Promise<readonly ExploredItem[]> {
  return (await engine.explore?.(request, ctx)) ?? [];
}

/** Takes the fingerprint of something else than all rows. */
function digestOf(part: (rows: Readonly<Record<string, string>>, name: string) => unknown): Defect {
  return (honest, path) => ({
    fingerprint: async (ctx) => {
      const data = await readToyData(path);
      return changeItems(await honest.fingerprint(ctx), (item) => ({
        ...item,
        hash: sha256(part(data[item.name] ?? {}, item.name)),
      }));
    },
  });
}

function changeItems(fingerprint: Fingerprint, change: (item: FingerprintItem) => FingerprintItem): Fingerprint {
  return { ...fingerprint, items: fingerprint.items.map(change) };
}

function sha256(...values: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex");
}
