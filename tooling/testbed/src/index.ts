export { SERVERS, type ServerName } from "./catalogue.ts";
export { docker } from "./docker.ts";
export { ensureImage } from "./image.ts";
export { currentRun, openRun, runLabel } from "./run.ts";
export { OwnServer, server, standbyOf, startTimeoutMs, tryOwnServer, tryServer } from "./server.ts";
export type { StartedServer, TestContainer } from "./started-server.ts";
export { type TestDatabase, TestServer } from "./test-server.ts";
