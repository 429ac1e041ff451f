import { DbsaveError } from "../errors/dbsave-error.ts";

/** Every key of a repository. The same on disk, over ssh and on S3. */
export const keys = {
  repository: "dbsave.json",
  backups: (target: string): string => `${target}/backups/`,
  backup: (target: string, id: string): string => `${target}/backups/${id}/`,
  stored: (target: string, id: string, storedName: string): string => `${target}/backups/${id}/${storedName}`,
  manifest: (target: string, id: string): string => `${target}/backups/${id}/manifest.json`,
  proofs: (target: string): string => `${target}/proofs/`,
  proofsOf: (target: string, id: string): string => `${target}/proofs/${id}/`,
  proof: (target: string, id: string, time: string): string => `${target}/proofs/${id}/${time}.json`,
  pins: (target: string): string => `${target}/pins/`,
  pin: (target: string, id: string): string => `${target}/pins/${id}.json`,
  log: (target: string): string => `${target}/log/`,
  locks: (target: string): string => `locks/${target}/`,
  lock: (target: string, generation: number): string => `locks/${target}/${String(generation).padStart(8, "0")}.json`,
  runs: "runs/",
  run: (id: string): string => `runs/${id}.jsonl`,
} as const;

export const restoreText = "RESTORE.md";
export const checksumsText = "SHA256SUMS";

const reserved: ReadonlySet<string> = new Set(["locks", "runs", "tmp", "dbsave.json"]);

/** OPTIONS_INVALID unless `target` can be a folder of a repository: letters, digits, `.`, `_`, `-`; at most 100, and 200 bytes. */
export function checkTargetName(target: string): void {
  if (isTargetName(target)) return;
  throw new DbsaveError("OPTIONS_INVALID", `target: not a usable name: "${target}"`, {
    hint: "Use letters, digits, dots, dashes and underscores, beginning with a letter or digit.",
  });
}

/** What `checkTargetName` accepts. Shorter than a segment may be, because it is a part of the names of run records. */
export function isTargetName(target: string): boolean {
  return (
    /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u.test(target) && Buffer.byteLength(target) <= 200 && !reserved.has(target)
  );
}
