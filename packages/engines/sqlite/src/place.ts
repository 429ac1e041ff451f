/** Which file to open, and how long to wait for its locks. */
export interface Place {
  readonly path: string;
  readonly busyTimeoutMs: number;
}
