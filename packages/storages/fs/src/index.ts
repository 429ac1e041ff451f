export type { FsStorageOptions } from "./options.ts";
export { fsStorage } from "./storage.ts";
