import type { Storage } from "../contracts/storage.ts";
import { isDbsaveError } from "../errors/dbsave-error.ts";
import { loadManifest } from "../manifest/load-manifest.ts";
import { parseBackupId } from "../repository/backup-id.ts";
import { isTargetName, keys } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import { judgeChains } from "./chain.ts";
import type { Catalog, CatalogEntry, DamagedBackup } from "./entries.ts";
import { mapLimited } from "./map-limited.ts";
import { pinnedIds, readPin } from "./pin.ts";
import { type Proof, readProof } from "./proof.ts";

const parallelReads = 8;

/** Reads every manifest and proof of `target`. Storage errors are thrown; damaged documents are reported as such. */
export async function readCatalog(repository: Repository, target: string, signal: AbortSignal): Promise<Catalog> {
  const { storage } = repository;
  const folders = await groupById(storage, keys.backups(target), signal);
  const proofs = await groupById(storage, keys.proofs(target), signal);
  const pinned = await pinnedIds(storage, target, signal);
  const known = new Set([...folders.keys(), ...proofs.keys()]);
  const isCommitted = (id: string): boolean => folders.get(id)?.includes("manifest.json") === true;
  const committed = [...known].filter(isCommitted);
  const unfinished = [...known].filter((id) => !isCommitted(id));

  const damaged: DamagedBackup[] = [];
  const entries: CatalogEntry[] = [];
  await mapLimited(committed, parallelReads, async (id) => {
    try {
      const pin = pinned.has(id) ? await readPin(storage, target, id, signal) : null;
      entries.push(await readEntry(storage, target, id, proofs.get(id) ?? [], pin, signal));
    } catch (error) {
      if (!isDbsaveError(error, "MANIFEST_INVALID") && !isDbsaveError(error, "REPOSITORY_UNSUPPORTED")) throw error;
      damaged.push({ id, error });
    }
  });
  entries.sort((a, b) => a.manifest.sequence - b.manifest.sequence);
  return { target, entries: judgeChains(entries), damaged, unfinished };
}

/** Every target that has a folder in the repository. */
export async function listTargets(repository: Repository, signal: AbortSignal): Promise<readonly string[]> {
  const targets = new Set<string>();
  for await (const { key } of repository.storage.list("", signal)) {
    const [target, folder] = key.split("/");
    if (target !== undefined && isTargetName(target) && folder === "backups") targets.add(target);
  }
  return [...targets].toSorted();
}

/** One above the highest sequence ever seen in the target's folder, committed or not. */
export async function nextSequence(storage: Storage, target: string, signal: AbortSignal): Promise<number> {
  let highest = 0;
  for (const id of (await groupById(storage, keys.backups(target), signal)).keys()) {
    highest = Math.max(highest, parseBackupId(id)?.sequence ?? 0);
  }
  return highest + 1;
}

async function readEntry(
  storage: Storage,
  target: string,
  id: string,
  proofNames: readonly string[],
  pin: string | null,
  signal: AbortSignal,
): Promise<CatalogEntry> {
  const manifest = await loadManifest(storage, target, id, signal);
  const proofs: Proof[] = [];
  for (const name of proofNames) proofs.push(await readProof(storage, target, id, name, signal));
  proofs.sort(byTimeThenOutcome);
  const newestConclusive = proofs.findLast((proof) => proof.outcome !== "inconclusive");
  const state = newestConclusive?.outcome === "failed" ? "suspect" : "good";
  const isExamined = ({ restored }: Proof): boolean => restored?.examined ?? manifest.fingerprint !== null;
  const proven = proofs.findLast(
    (proof) => proof.level === "restore" && proof.outcome === "passed" && isExamined(proof),
  );
  return {
    manifest,
    proofs,
    pin,
    state,
    proven: state === "good" ? (proven ?? null) : null,
  };
}

/** Of two checks of one moment the failed one speaks louder. */
function byTimeThenOutcome(a: Proof, b: Proof): number {
  const earlier = a.startedAt.getTime() - b.startedAt.getTime();
  return earlier === 0 ? Number(a.outcome === "failed") - Number(b.outcome === "failed") : earlier;
}

/** File names below `prefix`, grouped by the folder they are in. */
async function groupById(storage: Storage, prefix: string, signal: AbortSignal): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>();
  for await (const { key } of storage.list(prefix, signal)) {
    const [id, name] = key.slice(prefix.length).split("/");
    if (id === undefined || name === undefined) continue;
    const names = groups.get(id);
    if (names === undefined) groups.set(id, [name]);
    else names.push(name);
  }
  return groups;
}
