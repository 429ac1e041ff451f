import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { jobError } from "./connect.ts";
import { jobs } from "./jobs/jobs.ts";
import type { Place } from "./place.ts";
import type { FromWorker, JobName, JobPort, ToWorker } from "./worker/protocol.ts";

/** The thread's side of `runJob`: one worker does one job and ends. SQLite's calls block, so none is made elsewhere. */
async function work(port: MessagePort, name: JobName, input: Place): Promise<void> {
  const what = `sqlite: ${name}: ${input.path}`;
  const post = (message: FromWorker): void => port.postMessage(message);
  try {
    const job = jobs[name] as (input: Place, port: JobPort) => unknown;
    post({ type: "done", result: await job(input, jobPort(port, post)) });
  } catch (error) {
    const { code, message, hint } = jobError(error, what);
    post({ type: "failed", code, message, hint });
  } finally {
    port.close();
  }
}

function jobPort(port: MessagePort, post: (message: FromWorker) => void): JobPort {
  const answer = (): Promise<ToWorker> => new Promise((resolve) => port.once("message", resolve));
  return {
    progress: (doneBytes, totalBytes) => post({ type: "progress", doneBytes, totalBytes }),
    async send(bytes) {
      const asked = answer();
      post({ type: "bytes", bytes });
      await asked;
    },
    async *receive() {
      for (;;) {
        const asked = answer();
        post({ type: "want" });
        const message = await asked;
        if (message.type !== "bytes" || message.bytes === null) return;
        yield message.bytes;
      }
    },
  };
}

const { name, input } = workerData as { readonly name: JobName; readonly input: Place };
if (parentPort !== null) await work(parentPort, name, input);
