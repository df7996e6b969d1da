/*
 * Runs as a Web Worker: an engine that is asked by messages. Its first message says what it is to run on.
 */
import { answer, startedOf } from "./answer.js";
import { LocalEngine } from "./engine.js";
import { messageOf } from "./failure.js";
import { webBackend, type WebEngineOptions } from "./web-backend.js";
import { liveOn } from "./worker-life.js";
import type { Hello, Request } from "./worker-protocol.js";

interface Scope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

const scope = globalThis as unknown as Scope;

async function begin(options: WebEngineOptions): Promise<void> {
  try {
    const engine = new LocalEngine(await webBackend(options));
    scope.onmessage = ({ data }) =>
      void answer(engine, data as Request, (response, transfer) => scope.postMessage(response, transfer));
    const life = await liveOn();
    scope.postMessage({ ...startedOf(engine), ...(life !== undefined && { life }) } satisfies Hello, []);
  } catch (error) {
    scope.postMessage({ failure: messageOf(error) } satisfies Hello, []);
  }
}

scope.onmessage = ({ data }) => void begin(data as WebEngineOptions);
