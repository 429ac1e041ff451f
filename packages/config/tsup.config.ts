import { libraryBuild } from "@dbsave/presets/tsup";

export default libraryBuild({ publicDir: "schema" });
