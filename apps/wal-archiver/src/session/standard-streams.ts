/** A reader that goes away is not the end of the work: lines that cannot be written are lost, no more. */
export function surviveClosedReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** Writes to standard output; resolves when it is handed over. What keeps the result from being written is an error. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error?: NodeJS.ErrnoException | null) => {
      if (error && error.code !== "EPIPE") reject(error);
      else resolve();
    });
  });
}
