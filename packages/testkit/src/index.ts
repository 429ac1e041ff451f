export { codecConformance } from "./codec/codec-conformance.ts";
export { codecPromises, encryptionPromises } from "./codec/codec-promises.ts";
export type { CodecPromise, CodecSubject, EncryptionPromise, EncryptionSubject } from "./codec/codec-subject.ts";
export { readToyData, type ToyData, writeToyData } from "./engine/toy-data.ts";
export { type ToyOptions, toyEngine } from "./engine/toy-engine.ts";
