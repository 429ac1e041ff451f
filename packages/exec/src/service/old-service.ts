import type Docker from "dockerode";
import type { DockerEngine } from "../docker/connect.ts";
import type { ServicePlace } from "./look-at-service.ts";

/** A container as it is, and where its data are. */
export interface OldService {
  readonly engine: DockerEngine;
  readonly found: Docker.ContainerInspectInfo;
  readonly directory: string;
  readonly place: ServicePlace;
  /** In the names of what is made and kept. */
  readonly stamp: string;
  /** What it is called when another one serves. */
  readonly keptContainer: string;
}
