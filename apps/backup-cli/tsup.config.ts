import { libraryBuild } from "@dbsave/presets/tsup";

export default libraryBuild({ entry: ["src/dbsave.ts"], splitting: true, sourcemap: false });
