export { default } from "@dbsave/presets/tsup";
