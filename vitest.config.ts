export { default } from "@dbsave/presets/vitest";
