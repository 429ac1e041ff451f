/** A reader that goes away is not the end of the work: see `print`. Log lines that cannot be written are lost, no more. */
export function surviveClosedReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/**
 * Writes to standard output; resolves when it is handed over. What a reader that has gone away (`dbsave list | head`)
 * does not read is dropped; anything else that keeps the result from being written, such as a full disk, is an error.
 */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error?: NodeJS.ErrnoException | null) => {
      if (error && error.code !== "EPIPE") reject(error);
      else resolve();
    });
  });
}
