export { brokenCodecs } from "./codec/broken-codecs.ts";
export { codecConformance } from "./codec/codec-conformance.ts";
export { codecPromises, encryptionPromises } from "./codec/codec-promises.ts";
export type {
  BrokenCodec,
  CodecPromise,
  CodecSubject,
  EncryptionPromise,
  EncryptionSubject,
} from "./codec/codec-subject.ts";
export { toyCompression, toyEncryption } from "./codec/toy-codec.ts";
export type { BrokenEngine } from "./engine/broken-engine.ts";
export { brokenEngines } from "./engine/broken-engines.ts";
export { engineConformance } from "./engine/engine-conformance.ts";
export { enginePromises } from "./engine/engine-promises.ts";
export type { EngineCandidate, EnginePromise, EngineSubject, EngineTrial } from "./engine/engine-subject.ts";
export { readToyData, type ToyData, writeToyData } from "./engine/toy-data.ts";
export { type ToyOptions, toyEngine } from "./engine/toy-engine.ts";
export { toySubject } from "./engine/toy-subject.ts";
export { tryEnginePromise } from "./engine/try-engine-promise.ts";
export type { BrokenStorage } from "./storage/broken-storage.ts";
export { brokenStorages } from "./storage/broken-storages.ts";
export { type Crash, CrashFs, type CrashState } from "./storage/crash-fs.ts";
export { type FailingFs, type Failure, failingFs } from "./storage/failing-fs.ts";
export { storageConformance } from "./storage/storage-conformance.ts";
export { storagePromises } from "./storage/storage-promises.ts";
export type { StorageInstance, StoragePromise, StorageSubject, StorageTrial } from "./storage/storage-subject.ts";
export { tryStoragePromise } from "./storage/try-storage-promise.ts";
export type { BrokenToolRunner } from "./tools/broken-tool-runner.ts";
export { brokenToolRunners } from "./tools/broken-tool-runners.ts";
export { toolPromises } from "./tools/tool-promises.ts";
export { toolRunnerConformance } from "./tools/tool-runner-conformance.ts";
export { type ToolPromise, type ToolSubject, type ToolTrial, tryToolPromise } from "./tools/tool-subject.ts";
