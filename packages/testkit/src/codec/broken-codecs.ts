import { brokenCompressions } from "./broken-compressions.ts";
import { brokenEncryptions } from "./broken-encryptions.ts";
import type { BrokenCodec } from "./codec-subject.ts";

/** Codecs that each have one flaw. `codecConformance` must fail every one of them by the promises named. */
export const brokenCodecs: readonly BrokenCodec[] = [...brokenCompressions, ...brokenEncryptions];
