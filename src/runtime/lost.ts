import type { Backend, Session } from "./session.js";

/** What is used of WebGPU's `GPUDevice`. */
export interface LosableDevice {
  readonly lost: Promise<{ readonly message: string; readonly reason?: string }>;
}

/**
 * A backend whose calls are refused, also those under way, once its device is lost: ONNX Runtime may otherwise wait for
 * a lost device for ever.
 */
export function endingWith(backend: Backend, lost: Promise<never>): Backend {
  const waiting = new Set<(error: Error) => void>();
  let end: Error | undefined;
  lost.catch((error: unknown) => {
    end = error instanceof Error ? error : new Error(String(error));
    for (const reject of waiting) reject(end);
    waiting.clear();
  });
  // Not `Promise.race`, by which `lost` would hold on to every call's results.
  const orLost = <T>(call: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      if (end !== undefined) return reject(end);
      waiting.add(reject);
      void call()
        .then(resolve, reject)
        .finally(() => waiting.delete(reject));
    });
  const guarded = (session: Session): Session => ({
    run: (...call) => orLost(() => session.run(...call)),
    close: () => orLost(() => session.close()),
  });
  return {
    ...backend,
    open: async (...given) => guarded(await orLost(() => backend.open(...given))),
  };
}
