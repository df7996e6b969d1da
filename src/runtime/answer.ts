import { type Tensor, UserError } from "../tensor/index.js";
import { engineError, messageOf } from "./failure.js";
import type { Call, Engine, LocalEngine } from "./engine.js";
import { lentBuffers, type Request, type Response, type Started, transferables } from "./worker-protocol.js";

/** What a worker's first message says of its engine. */
export function startedOf({ device, description, threads, loops, extensions }: Engine): Started {
  return { device, description, threads, loops, extensions };
}

/** Results of these methods are fresh tensors that nobody else holds, so their buffers are handed over. */
const handsOver = new Set(["take", "run"]);

/** Carries out in a worker what it is asked, and posts the answer with the buffers to give away. */
export async function answer(
  engine: LocalEngine,
  { id, method, args }: Request,
  post: (response: Response, transfer: ArrayBuffer[]) => void,
): Promise<void> {
  let response: Response;
  try {
    const call = engine[method] as (...args: readonly unknown[]) => Promise<unknown>;
    response = { id, value: await call.apply(engine, args as unknown[]) };
  } catch (error) {
    const told = engineError(error);
    response = { id, error: messageOf(told), forUser: told instanceof UserError };
  }
  const value = "value" in response && handsOver.has(method) ? response.value : undefined;
  const tensors = (value ?? {}) as Record<string, Tensor>;
  const lent = method === "run" ? ((args[1] as Call).lend ?? []) : [];
  const back = lentBuffers(
    Object.fromEntries(lent.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : []))),
  );
  post(response, [...new Set([...transferables(tensors), ...back])]);
}
