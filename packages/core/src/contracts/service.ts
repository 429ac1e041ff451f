import type { RecoveredTo } from "./start.ts";
import type { ToolRunner } from "./tool-runner.ts";

/** A server that runs in a container with its data in a volume, so that it can go on with other data. */
export interface ServiceContainer {
  /** For people: `container shop-db-1`. */
  readonly description: string;
  /** What the container was told when it was created. */
  variable(name: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Looks whether `directory` of the container is in a volume, and what keeps the container from being made again. Changes nothing. UNSUPPORTED
   * when its data are elsewhere or it cannot be stopped without being lost.
   */
  look(directory: string, signal: AbortSignal): Promise<ServiceFacts>;
  /** Makes a new volume for `directory`, and a throw-away container of the same image with it. */
  prepare(directory: string, signal: AbortSignal): Promise<Replacement>;
}

export interface ServiceFacts {
  readonly container: string;
  readonly volume: string;
  /** What the new one will be called, with `<time>` in its name. */
  readonly newVolume: string;
  /** Volumes that earlier restores made for it, and that no container uses: one that was killed leaves one. */
  readonly unused: readonly string[];
  /** How the new volume becomes the one of the service for good, where something else describes the service. */
  readonly advice: string | null;
}

/**
 * Data for a service that do not serve yet. Disposing removes the throw-away container, and the volume too as long as `switchOver` was not called.
 */
export interface Replacement extends AsyncDisposable {
  readonly volume: string;
  /** What the old container is called from the switch on. */
  readonly keptContainer: string;
  /** For a shell: back to the old container. */
  readonly goBackCommands: readonly string[];
  /** For a shell, once nobody wants to go back. */
  readonly removeCommands: readonly string[];
  /** Runs programs beside the new data, as the owner of the old. `directory` is there and empty. */
  readonly tools: ToolRunner;
  /**
   * Makes a container with the same settings on the new volume, stops the old one and keeps it under another name, and starts the new one under
   * that of the old. It must be what `untilReady` waits for, and healthy where it has a check for that. On any failure the old container serves again on its
   * own volume, and the error is thrown; whatever was made is kept, stopped. Nothing is deleted. TARGET_BUSY, and nothing is stopped, when the
   * container is not the one that was looked at.
   */
  switchOver<T>(untilReady: (service: SwitchedService) => Promise<T>, options: SwitchOptions): Promise<Switched<T>>;
}

export interface SwitchOptions {
  readonly signal: AbortSignal;
  /** How long it may take until it is ready and healthy. */
  readonly timeoutMs: number;
}

/** The new container. */
export interface SwitchedService {
  /** Runs programs in it as the owner of the data. */
  readonly tools: ToolRunner;
  /** The lines that it prints, from the first on. They end when it has ended. */
  readonly lines: AsyncIterable<string>;
  /** Fires when it has taken too long, or the run is cancelled. */
  readonly signal: AbortSignal;
}

export interface Switched<T> {
  readonly value: T;
  /** `healthy`, or `unchecked` where the container has no check. */
  readonly health: "healthy" | "unchecked";
}

/** A restore into a service: what became of it. */
export interface RecreatedService {
  readonly container: string;
  readonly volume: string;
  readonly keptContainer: string;
  readonly keptVolume: string;
  readonly health: Switched<unknown>["health"];
  readonly reached: RecoveredTo;
  /** From the moment the old container was stopped until the new one was ready. */
  readonly downMs: number;
  /** For a shell, once nobody wants to go back. */
  readonly removeCommands: readonly string[];
  /** For a shell: back to the old container. */
  readonly goBackCommands: readonly string[];
  readonly advice: string | null;
}

/** A restore that makes a service go on with the restored data. */
export interface RecreateOrder {
  readonly service: ServiceContainer;
  /** How long recovery and the check of its health may take. @default 3600000 */
  readonly timeoutMs?: number;
}
