import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { libraryBuild } from "@dbsave/presets/tsup";

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What is bundled comes with the notices that its licenses ask for. */
function collectLicenses(): void {
  const { inputs } = JSON.parse(readFileSync("dist/metafile-esm.json", "utf8")) as Metafile;
  const folders = Object.keys(inputs).flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []);
  const notices = [...new Set(folders)].toSorted().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as {
      name: string;
      version: string;
    };
    const [file] = globSync(`${folder}/{LICENSE,LICENCE,license}*`);
    if (file === undefined) throw new Error(`${name} has no license to bundle`);
    return `${name} ${version}\n\n${readFileSync(file, "utf8").trim()}\n`;
  });
  writeFileSync("dist/THIRD-PARTY-LICENSES.txt", notices.join(`\n${"-".repeat(80)}\n\n`));
  rmSync("dist/metafile-esm.json");
}

export default libraryBuild({
  entry: ["src/dbsave.ts"],
  splitting: true,
  sourcemap: false,
  metafile: true,
  onSuccess: async () => collectLicenses(),
});
