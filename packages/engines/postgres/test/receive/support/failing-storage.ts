import { DbsaveError, memoryStorage, type Storage } from "@dbsave/core";

/** A storage that fails as long as it is told to, however often it is asked. */
export function failingStorage(): Storage & { isFailing: boolean } {
  const inner = memoryStorage();
  const storage = {
    ...inner,
    isFailing: false,
    put: async (...given: Parameters<Storage["put"]>) => {
      if (!storage.isFailing) return await inner.put(...given);
      given[1].destroy();
      throw new DbsaveError("STORAGE_FAILED", "storage: put: the network is cut");
    },
  };
  return storage;
}
