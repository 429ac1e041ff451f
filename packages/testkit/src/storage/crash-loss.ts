import { createHash } from "node:crypto";
import {
  apply,
  type CrashDirectory,
  type CrashDisk,
  type CrashFile,
  type CrashNode,
  contentOf,
  newDirectory,
} from "./crash-disk.ts";

/** What a power cut took: decides for every unsynced step and every file how much of it reached the platter. */
export interface CrashLoss {
  readonly name: string;
  keepsStep(): boolean;
  bytes(file: CrashFile): Buffer;
}

const seeds = [1, 2, 3, 4, 5, 6];

/** The ways in which `disk` can come back. POSIX promises nothing about the order of what was not synced. */
export function lossesOf(disk: CrashDisk): CrashLoss[] {
  return [
    nothingLost,
    { name: "all unsynced lost", keepsStep: () => false, bytes: (file) => file.durable },
    { name: "unsynced names kept, unsynced bytes lost", keepsStep: () => true, bytes: (file) => file.durable },
    ...seeds.map(someLost),
    ...(disk.lastWritten === undefined ? [] : tornWrites(disk.lastWritten)),
  ];
}

export const nothingLost: CrashLoss = { name: "none lost", keepsStep: () => true, bytes: contentOf };

/** The root directory after the cut, with everything in it durable. */
export function surviving(disk: CrashDisk, loss: CrashLoss): CrashDirectory {
  const names = new Map<CrashDirectory, Map<string, CrashNode>>();
  for (const step of disk.unsynced) {
    if (!loss.keepsStep()) continue;
    for (const change of step) {
      const known = names.get(change.directory) ?? new Map(change.directory.durable);
      names.set(change.directory, known);
      apply(change, known);
    }
  }

  const copies = new Map<CrashNode, CrashNode>();
  /** One copy per node, so that two names of one file stay two names of one file. */
  function copy(node: CrashNode): CrashNode {
    const made = copies.get(node) ?? (node.kind === "directory" ? copyDirectory(node) : copyFile(node, loss));
    copies.set(node, made);
    return made;
  }
  function copyDirectory(directory: CrashDirectory): CrashDirectory {
    const entries = names.get(directory) ?? directory.durable;
    const inOrder = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return newDirectory(
      directory.modifiedAt,
      inOrder.map(([name, node]) => [name, copy(node)]),
    );
  }
  return copyDirectory(disk.root);
}

/** Equal for two disks that hold the same names and bytes. */
export function digestOf(root: CrashDirectory): string {
  const hash = createHash("sha256");
  function add(path: string, node: CrashNode): void {
    const content = node.kind === "file" ? node.durable : Buffer.alloc(0);
    hash.update(`${node.kind} ${path} ${content.byteLength}\n`).update(content);
    if (node.kind === "directory") for (const [name, child] of node.durable) add(`${path}/${name}`, child);
  }
  add("", root);
  return hash.digest("hex");
}

function copyFile(file: CrashFile, loss: CrashLoss): CrashFile {
  return { kind: "file", durable: loss.bytes(file), pending: [], modifiedAt: file.modifiedAt };
}

function tornWrites(torn: CrashFile): CrashLoss[] {
  const last = torn.pending.at(-1) ?? Buffer.alloc(0);
  const before = Buffer.concat([torn.durable, ...torn.pending.slice(0, -1)]);
  const middle = Math.floor(last.byteLength / 2);
  const zeroTail = Buffer.concat([last.subarray(0, middle), Buffer.alloc(last.byteLength - middle)]);
  const ends: readonly (readonly [string, Buffer])[] = [
    ["lost", Buffer.alloc(0)],
    ["cut at 512 bytes", last.subarray(0, 512)],
    ["cut in the middle", last.subarray(0, middle)],
    ["with zeros as its second half", zeroTail],
  ];
  return ends.map(([how, end]) => ({
    name: `the last write ${how}`,
    keepsStep: () => true,
    bytes: (file) => (file === torn ? Buffer.concat([before, end]) : contentOf(file)),
  }));
}

function someLost(seed: number): CrashLoss {
  const random = randomNumbers(seed);
  return {
    name: `some lost (seed ${seed})`,
    keepsStep: () => random() < 0.5,
    bytes: ({ durable, pending }) => {
      const kept = pending.map(() => random() < 0.5);
      // A later write without an earlier one leaves zeros where the earlier one was.
      const writes = pending.slice(0, kept.lastIndexOf(true) + 1);
      return Buffer.concat([durable, ...writes.map((write, i) => (kept[i] ? write : Buffer.alloc(write.byteLength)))]);
    },
  };
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator. */
function randomNumbers(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
