import { memoryStorage, type Storage } from "@dbsave/core";
import type { StorageInstance } from "./storage-subject.ts";

/** A storage with one defect, to prove that the suite sees it. */
export interface BrokenStorage {
  /** What it does wrong. */
  readonly name: string;
  /** The promise that must fail. */
  readonly breaks: string;
  readonly secrets?: readonly string[];
  readonly create: () => Promise<StorageInstance>;
}

type Defect = (good: Storage) => Partial<Storage> & Partial<Pick<StorageInstance, "openHandles">>;

/** A good storage in memory, of which `defect` replaces a part. */
export function broken(
  breaks: string,
  name: string,
  defect: Defect,
  secrets: Pick<BrokenStorage, "secrets"> = {},
): BrokenStorage {
  async function create(): Promise<StorageInstance> {
    const good = memoryStorage();
    const { openHandles, ...parts } = defect(good);
    const storage: Storage = { ...good, ...parts };
    return {
      storage,
      ...(openHandles === undefined ? {} : { openHandles }),
      [Symbol.asyncDispose]: () => good[Symbol.asyncDispose](),
    };
  }
  return { name, breaks, create, ...secrets };
}
