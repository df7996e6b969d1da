import { UserError } from "../tensor/index.js";

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What engines and browsers say when memory is at its end. */
const outOfMemory =
  /out of memory|out-of-memory|OOM|bad_alloc|allocation failed|failed to allocate|cannot enlarge memory|cannot allocate/i;

const remedy = "Take smaller batches (`batchSize`) or a smaller model, or another `device`";

/** An engine's error as it is told: one that a user can act on if memory is at its end. */
export function engineError(error: unknown): unknown {
  const message = messageOf(error);
  if (error instanceof UserError || !outOfMemory.test(message)) return error;
  return new UserError(`the engine is out of memory. ${remedy} (${message})`, 1, { cause: error });
}

/** The device is gone, with the work that it had. */
export function deviceLost(why: string): UserError {
  return new UserError(
    `the device was lost: ${why === "" ? "the browser does not say why" : why}. A run that is kept (\`out\`) goes on ` +
      'from its last checkpoint with `resume`; `device` "wasm" computes without the GPU',
  );
}

/** The worker that an engine lived in has ended. */
export function workerLost(why: string): UserError {
  return new UserError(
    `the engine's worker has ended: ${why}, or the browser was out of memory. A run that is kept (\`out\`) goes on from ` +
      `its last checkpoint with \`resume\`. ${remedy}`,
  );
}
