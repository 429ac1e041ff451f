import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hostTools } from "@dbsave/exec";
import { type Config, type LoadOptions, loadConfig } from "../src/index.ts";

/** A directory with files, and `loadConfig` as it works there. */
export interface Workplace extends AsyncDisposable {
  readonly directory: string;
  /** Writes a file, readable by its owner alone unless `mode` says otherwise. */
  file(name: string, text: string, mode?: number): Promise<string>;
  load(options?: Partial<LoadOptions>): Promise<Config>;
}

export async function workplace(): Promise<Workplace> {
  const directory = await mkdtemp(join(tmpdir(), "dbsave-config-"));
  return {
    directory,
    async file(name, text, mode = 0o600) {
      const path = join(directory, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      await chmod(path, mode);
      return path;
    },
    load: (options) =>
      loadConfig({
        cwd: directory,
        env: {},
        systemDirectory: join(directory, "etc"),
        tools: hostTools({ env: process.env }),
        signal: new AbortController().signal,
        ...options,
      }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The error of a call that must fail. */
export async function failure(
  work: Promise<unknown>,
): Promise<Error & { readonly code: string; readonly hint: string }> {
  return await work.then(
    () => {
      throw new Error("it should have failed");
    },
    (error) => error,
  );
}
