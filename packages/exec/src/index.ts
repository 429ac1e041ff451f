export { type CaptureOptions, captureText } from "./capture-text.ts";
export { type HostToolsOptions, hostTools } from "./host-tools.ts";
