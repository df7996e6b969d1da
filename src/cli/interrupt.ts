/** What a command that was asked to stop exits with: 128 and the signal's number, as shells have it. */
export const stopCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGPIPE: 141 } as const;

/** A command that can be asked to stop. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** The exit code, once it was asked to stop. */
  code(): number | undefined;
  /** From now on the command is ended at once when it is asked to stop. */
  release(): void;
}

/** Stops the command that is under way, with an exit code. A user who asks `again` will not wait. */
type Stop = (code: number, again: boolean) => void;

let stop: Stop = (code) => process.exit(code);
let stopped = false;

/** The exit code when standard output can't be written: of a closed pipe or terminal that of the signal for it. */
function writeCode(error: NodeJS.ErrnoException): number {
  if (error.code === "EPIPE") return stopCodes.SIGPIPE;
  return error.code === "EIO" ? stopCodes.SIGHUP : 1;
}

/**
 * Lets signals and a closed standard output end the command with their codes (`stopCodes`) rather than the process by
 * itself, so that engines in other threads can be ended in order. A reader that has gone, as in `latent list | head -1`,
 * is no failure worth words. What can't be written to standard error is lost.
 */
export function leaveWhenAsked(): void {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => stop(stopCodes[name], true));
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    const code = writeCode(error);
    if (code === 1) process.stderr.write(`latent: can't write to standard output: ${error.message}\n`);
    stop(code, false);
  });
  process.stderr.on("error", () => undefined);
}

/**
 * Ends a command that was asked to stop and has done so. Left to itself, Node takes its handlers of signals away while it
 * ends, and a second signal in that moment would end the process by itself, without its exit code.
 */
export function leaveIfAsked(): void {
  if (stopped) process.exit();
}

/**
 * A command that ends in its own way: when it is first asked to stop, `signal` is aborted and `onFirst` called with the
 * exit code. The second signal ends the process at once.
 */
export function interruptible(onFirst: (code: number) => void): Interrupt {
  const controller = new AbortController();
  const before = stop;
  let asked: number | undefined;
  stop = (code, again) => {
    if (asked !== undefined) {
      if (again) process.exit(code);
      return;
    }
    asked = code;
    stopped = true;
    controller.abort();
    onFirst(code);
  };
  return {
    signal: controller.signal,
    code: () => asked,
    release: () => {
      stop = before;
    },
  };
}
