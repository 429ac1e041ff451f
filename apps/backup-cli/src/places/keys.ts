import type { OpenTargetOptions } from "@dbsave/config";
import type { Options } from "yargs";

/** What a backup is decrypted with, for every command that reads artifacts. */
export const keyOptions = {
  identity: {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "File with an age identity (or env:NAME, file:/path, cmd:program), to decrypt with; repeatable",
  },
  passphrase: {
    type: "string",
    requiresArg: true,
    describe: "Where the passphrase is kept: env:NAME, file:/path, cmd:program. Never the passphrase itself",
  },
} as const satisfies Record<string, Options>;

export type Keys = OpenTargetOptions;

export interface KeyArguments {
  readonly identity?: readonly string[] | undefined;
  readonly passphrase?: string | undefined;
}

/** Only what was given. */
export function keysOf({ identity, passphrase }: KeyArguments): Keys {
  return {
    ...(identity === undefined ? {} : { identities: identity }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}
