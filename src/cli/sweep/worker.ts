import { runTask } from "../../sweeps/index.js";
import type { FromWorker, ToWorker } from "../../sweeps/embedded/messages.js";
import { UserError } from "../../tensor/index.js";
import { interruptible } from "../interrupt.js";
import { trainPlain } from "./trainer.js";

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/**
 * A process of an embedded sweep: does the tasks that it is sent, one after another. It ends when its sweep has gone, however that
 * ended; what is under way is saved before.
 */
export async function serveSweep(): Promise<void> {
  if (process.send === undefined)
    throw new UserError("a sweep starts its workers itself: latent sweep SPEC", 2);
  const gone = new AbortController();
  let underWay = new AbortController();
  let last: Promise<void> = Promise.resolve();
  const work = async ({ task, runs }: Extract<ToWorker, { kind: "task" }>): Promise<void> => {
    underWay = new AbortController();
    const outcome = await runTask(task, trainPlain, {
      runs,
      signal: AbortSignal.any([underWay.signal, gone.signal]),
      onEpoch: (epoch, evaluation) => tell({ kind: "epoch", epoch, evaluation }),
    });
    tell({ kind: "outcome", outcome });
  };
  // A terminal's Ctrl-C reaches the workers, too; the sweep tells them what to do.
  const interrupt = interruptible(() => underWay.abort());
  process.on("message", (message: ToWorker) => {
    if (message.kind === "task") last = last.then(() => work(message));
    else underWay.abort();
  });
  const disconnected = new Promise<void>((resolve) => process.once("disconnect", resolve));
  tell({ kind: "ready" });
  await disconnected;
  gone.abort();
  await last;
  interrupt.release();
}
