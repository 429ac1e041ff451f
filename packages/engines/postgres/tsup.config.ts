import { libraryBuild } from "@dbsave/presets/tsup";

export default libraryBuild({ entry: ["src/index.ts", "src/archive-worker.ts"] });
