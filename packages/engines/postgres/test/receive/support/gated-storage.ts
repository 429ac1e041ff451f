import { memoryStorage, type Storage } from "@dbsave/core";

export interface GatedStorage extends Storage {
  /** Whole segments are stuck from now on. */
  close(): void;
  /** Name of the one that is stuck. */
  stuck(): string | null;
  /** Lets it through, and no other. */
  pass(): void;
  open(): void;
}

export function gatedStorage(): GatedStorage {
  const inner = memoryStorage();
  let isClosed = false;
  let stuck: { readonly name: string; readonly pass: () => void } | null = null;
  return {
    ...inner,
    async put(...given) {
      const name = /\/([0-9A-F]{24})-[^/]+$/.exec(given[0])?.[1];
      if (isClosed && name !== undefined) {
        await new Promise<void>((pass) => {
          stuck = { name, pass };
        });
        stuck = null;
      }
      return await inner.put(...given);
    },
    close: () => {
      isClosed = true;
    },
    stuck: () => stuck?.name ?? null,
    pass: () => stuck?.pass(),
    open: () => {
      isClosed = false;
      stuck?.pass();
    },
  };
}
