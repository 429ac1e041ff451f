import { libraryBuild } from "@dbsave/presets/tsup";

export default libraryBuild({ entry: ["src/dbsave-wal.ts"], splitting: true, sourcemap: false });
