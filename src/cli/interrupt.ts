/** What an interrupted command exits with: 128 and the signal's number, as shells have it. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/** A command that can be asked to stop. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** The exit code, once it was asked to stop. */
  code(): number | undefined;
  /** Lets signals have their usual effect again. */
  release(): void;
}

/** The first Ctrl-C or SIGTERM aborts `signal` and calls `onFirst`; the second ends the process at once. */
export function interruptible(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  let code: number | undefined;
  const handlers = Object.entries(codes).map(([name, value]) => {
    const handle = (): void => {
      if (code !== undefined) process.exit(value);
      code = value;
      controller.abort();
      onFirst();
    };
    process.on(name, handle);
    return () => process.off(name, handle);
  });
  return {
    signal: controller.signal,
    code: () => code,
    release: () => handlers.forEach((off) => off()),
  };
}
