import { refusedTool, type ToolRunner } from "@dbsave/core";
import { fixedLocale } from "../environment.ts";
import { refusalOf } from "../refusal.ts";
import { superviseTool } from "../supervise.ts";
import { connectDocker, type DockerOptions } from "./connect.ts";
import { startInContainer } from "./container-process.ts";
import type { ContainerPlace } from "./exec-session.ts";
import { type ContainerSelector, parseSelector } from "./selector.ts";

export interface ContainerToolsOptions extends DockerOptions {
  /** Looked up again for every tool, so that a container may be recreated in between. */
  readonly container: ContainerSelector;
  /**
   * Name or number of the user that tools run as.
   * @default the user of the image
   */
  readonly user?: string;
  /** In place of `user`: this one in a container that has it, else the user of the image. */
  readonly preferredUser?: string;
  /**
   * How long a tool that must stop may take after SIGTERM before SIGKILL, in milliseconds.
   * @default 5000
   */
  readonly killAfterMs?: number;
}

/**
 * Runs the programs of a running container inside it, without a terminal and without a shell; no port needs to be
 * published. They get the container's own environment, a fixed locale and what the call gives. Secrets travel in the
 * request to the engine and in the environment of that one process.
 *
 * `done` and `stdout` fail together, as those of `hostTools` do, and besides with SOURCE_NOT_FOUND (no such container),
 * SOURCE_AMBIGUOUS (several), CONNECT_FAILED (no engine, or the container does not run). Throws OPTIONS_INVALID or UNSUPPORTED for
 * a selector or a DOCKER_HOST that cannot be used.
 *
 * To stop a tool with all it started, `sh` and `grep` must be in the image; an error says when something may still run.
 */
export function containerTools(options: ContainerToolsOptions): ToolRunner {
  const { container, preferredUser, user = preferredUser, killAfterMs = 5000 } = options;
  const mayBeOther = options.user === undefined;
  const engine = connectDocker(options);
  return toolsInContainer({ engine, query: parseSelector(container), user, mayBeOther, killAfterMs });
}

export function toolsInContainer(place: ContainerPlace): ToolRunner {
  return {
    run(tool, args, toolOptions) {
      const refusal = refusalOf(tool, args, toolOptions);
      if (refusal) return refusedTool(refusal, toolOptions.input);
      return superviseTool(tool, args, toolOptions, fixedLocale, (program) => startInContainer(program, place));
    },
  };
}
