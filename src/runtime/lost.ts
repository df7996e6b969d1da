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
  const waiting = new Set<(error: unknown) => void>();
  let end: { readonly error: unknown } | undefined;
  lost.catch((error: unknown) => {
    end = { error };
    for (const reject of waiting) reject(error);
    waiting.clear();
  });
  // Not `Promise.race`, by which `lost` would hold on to every call's results.
  const orLost = <T>(call: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject: (error: unknown) => void) => {
      if (end !== undefined) return reject(end.error);
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
