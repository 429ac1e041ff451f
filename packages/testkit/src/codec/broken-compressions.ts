import type { Transform } from "node:stream";
import { inflateRawSync } from "node:zlib";
import { type Codec, DbsaveError } from "@dbsave/core";
import {
  DropsSingleBytes,
  FailsWithoutCode,
  Floods,
  ForgetsLast,
  Hoards,
  IgnoresTheRest,
  NeedsToBeAlone,
  NeverCloses,
  TakesCutFiles,
  WipesInput,
} from "./broken-streams.ts";
import { chain } from "./chain.ts";
import type { BrokenCodec } from "./codec-subject.ts";
import { toyCompression } from "./toy-codec.ts";
import { compressionScheme } from "./toy-scheme.ts";

const honest = toyCompression();
const scheme = compressionScheme();

export const brokenCompressions: readonly BrokenCodec[] = [
  broken("has an extension without a dot", ["describes itself for manifests, file names and RESTORE.md"], {
    extension: "toyz",
  }),
  broken("fails its own check", ["passes its own check when it can encode"], {
    check: async () => {
      throw new DbsaveError("OPTIONS_INVALID", "toy: the moon is full");
    },
  }),
  broken("forgets the last write", ["gives back exactly what it was given, whatever the length"], {
    encoder: () => chain(new ForgetsLast(), honest.encoder()),
  }),
  broken("drops single bytes", ["does not care how bytes are cut into writes"], {
    encoder: () => chain(new DropsSingleBytes(), honest.encoder()),
  }),
  broken("wipes its input", ["leaves the caller's bytes as they are"], {
    encoder: () => chain(new WipesInput(), honest.encoder()),
  }),
  broken("mixes up streams", ["keeps streams apart that run at the same time"], mixesUpStreams()),
  broken("ignores checksums", ["refuses a coded stream with any bit flipped"], {
    decoder: () => toyCompression(ignoresChecksums()).decoder(),
  }),
  broken("takes cut files", ["refuses a coded stream with any byte missing", "refuses what is no coded stream"], {
    decoder: () => new TakesCutFiles(scheme),
  }),
  broken(
    "ignores what follows the end",
    [
      "refuses a coded stream with any byte added",
      "refuses padding and garbage after the end",
      "refuses two coded streams joined",
    ],
    { decoder: () => new IgnoresTheRest(scheme) },
  ),
  broken(
    "fails without a code",
    ["refuses a coded stream with any bit flipped", "refuses padding and garbage after the end"],
    { decoder: () => new FailsWithoutCode(scheme) },
  ),
  broken("hoards plain bytes", ["stops taking plain bytes while nobody reads"], {
    encoder: () => chain(new Hoards(), honest.encoder()),
  }),
  broken("floods its reader", ["expands coded bytes no further than they are read"], {
    decoder: () => chain(honest.decoder(), new Floods()),
  }),
  broken("cannot be destroyed", ["closes soon when it is destroyed or aborted half-way"], {
    encoder: () => new NeverCloses(scheme),
  }),
];

function broken(flaw: string, breaks: readonly string[], changes: Partial<Codec>): BrokenCodec {
  return { breaks, subject: { name: `a compression that ${flaw}`, create: () => ({ ...honest, ...changes }) } };
}

function mixesUpStreams(): Partial<Codec> {
  const crowd = new Set<Transform>();
  return { encoder: () => chain(new NeedsToBeAlone(crowd), honest.encoder()) };
}

function ignoresChecksums(): typeof scheme {
  const frames = { ...scheme.begin().frames, open: (_: number, __: boolean, body: Buffer) => inflateRawSync(body) };
  return { ...scheme, resume: () => frames };
}
