import { afterEach, describe, expect, test, vi } from "vitest";
import { tensor, UserError } from "../tensor/index.js";
import { MemoryLocks } from "../testing/memory-folder.js";
import { answer, startedOf } from "./answer.js";
import { LocalEngine } from "./engine.js";
import { deviceLost } from "./failure.js";
import { endingWith } from "./lost.js";
import type { Backend } from "./session.js";
import { startWebWorkerEngine, type WebWorker } from "./web-worker-engine.js";
import { liveOn } from "./worker-life.js";
import type { Request, Response } from "./worker-protocol.js";

/** A backend whose programs answer when they are let. */
function slowBackend(run: () => Promise<void>): Backend {
  return {
    device: "slow",
    description: "slow",
    threads: 1,
    loops: true,
    extensions: [],
    open: async () => ({
      async run() {
        await run();
        return { y: tensor("float32", [1]) };
      },
      close: async () => undefined,
    }),
  };
}

const never = new Promise<void>(() => undefined);
const call = { feeds: {}, fetch: ["y"] };

afterEach(() => vi.unstubAllGlobals());

describe("a device that is lost", () => {
  test("ends the calls under way and refuses all later ones, with a UserError that says so", async () => {
    let lose: (error: UserError) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      lose = reject;
    });
    const engine = new LocalEngine(
      endingWith(
        slowBackend(() => never),
        lost,
      ),
    );
    const program = await engine.open(new Uint8Array(), []);
    const running = engine.run(program, call);
    const queued = engine.run(program, call);
    lose(deviceLost("the driver was reset"));
    for (const refused of [running, queued, engine.open(new Uint8Array(), [])]) {
      await expect(refused).rejects.toThrow(
        /^the device was lost: the driver was reset\. A run that is kept/,
      );
      await expect(refused).rejects.toBeInstanceOf(UserError);
    }
  });

  test("is of no matter to calls that were answered", async () => {
    const engine = new LocalEngine(
      endingWith(
        slowBackend(async () => undefined),
        new Promise(() => undefined),
      ),
    );
    const program = await engine.open(new Uint8Array(), []);
    expect(Object.keys(await engine.run(program, call))).toEqual(["y"]);
    await engine.close();
  });
});

test.each([
  "std::bad_alloc",
  "Aborted(OOM)",
  "Array buffer allocation failed",
  "Failed to allocate memory for buffer",
])("an engine that says %j is out of memory, in words that say what to do", async (message) => {
  const engine = new LocalEngine(slowBackend(() => Promise.reject(new Error(message))));
  const program = await engine.open(new Uint8Array(), []);
  const running = engine.run(program, call);
  await expect(running).rejects.toBeInstanceOf(UserError);
  await expect(running).rejects.toThrow(
    /^the engine is out of memory\. Take smaller batches \(`batchSize`\)/,
  );
});

/** A Web Worker in this thread, whose end nobody is told. */
class HiddenWorker implements WebWorker {
  private readonly listeners: ((event: unknown) => void)[] = [];
  private engine: LocalEngine | undefined;
  private ended = false;

  constructor(private readonly backend: Backend) {}

  postMessage(message: unknown): void {
    if (this.engine === undefined) void this.begin();
    else void answer(this.engine, message as Request, (response) => this.tell(response));
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    if (type === "message") this.listeners.push(listener);
  }

  terminate(): void {
    this.ended = true;
  }

  private async begin(): Promise<void> {
    this.engine = new LocalEngine(this.backend);
    const life = await liveOn();
    this.tell({ ...startedOf(this.engine), ...(life && { life }) });
  }

  private tell(data: Response | object): void {
    if (!this.ended) for (const listener of this.listeners) listener({ data });
  }
}

describe("a Web Worker that ends without a word", () => {
  test("ends the calls under way, with a UserError that says so", async () => {
    const locks = new MemoryLocks();
    vi.stubGlobal("navigator", { locks });
    const worker = new HiddenWorker(slowBackend(() => never));
    const engine = await startWebWorkerEngine({ worker: () => worker });
    const program = await engine.open(new Uint8Array(), []);
    const running = engine.run(program, call);
    running.catch(() => undefined);
    worker.terminate();
    await locks.endPage();
    await expect(running).rejects.toBeInstanceOf(UserError);
    await expect(running).rejects.toThrow(
      /^the engine's worker has ended: something ended it, or the browser/,
    );
    await expect(engine.take(["x"])).rejects.toThrow(/the engine's worker has ended/);
    await engine.close();
  });

  test("hands on an engine's UserErrors as such, and others as they are", async () => {
    vi.stubGlobal("navigator", {});
    const worker = new HiddenWorker(slowBackend(() => Promise.reject(new Error("std::bad_alloc"))));
    const engine = await startWebWorkerEngine({ worker: () => worker });
    const program = await engine.open(new Uint8Array(), []);
    await expect(engine.run(program, call)).rejects.toBeInstanceOf(UserError);
    const unknown = engine.take(["nowhere"]);
    await expect(unknown).rejects.toThrow(/nowhere/);
    await expect(unknown).rejects.not.toBeInstanceOf(UserError);
  });
});
