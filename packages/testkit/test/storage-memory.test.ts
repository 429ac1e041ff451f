import { memoryStorage } from "@dbsave/core";
import { storageConformance } from "../src/index.ts";

storageConformance({
  name: "memory",
  create: async () => {
    const storage = memoryStorage();
    return { storage, [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
  },
});
