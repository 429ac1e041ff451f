import { defineConfig, type Options } from "tsup";

const library: Options = {
  entry: ["src/index.ts"],
  format: ["esm"],
  platform: "node",
  target: "node24",
  dts: false, // tsc writes the declarations: tsup's own step needs a compiler API that TypeScript 7 does not have
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
};

/** JavaScript of a library package: one ESM entry, dependencies left outside. `overrides` adds entries where a package has workers. */
export const libraryBuild = (overrides: Options = {}): ReturnType<typeof defineConfig> =>
  defineConfig({ ...library, ...overrides });

export default libraryBuild();
