import type { ArtifactSink, BackupRequest } from "@dbsave/core";
import type { FoundTool } from "./tools/find-tool.ts";

/** What a dump is made with, and where it goes. */
export interface DumpOrder {
  readonly pgDump: FoundTool;
  readonly compression: BackupRequest["compression"];
  readonly sink: ArtifactSink;
}
