import { rows } from "../data/portable.js";
import type { Backend, Session, Tensors } from "../runtime/index.js";
import { isShared, type Tensor, tensor } from "../tensor/index.js";
import type { ModelFunction } from "./functions.js";
import { noiseRows } from "./noise.js";

/** Outputs of a function by name. */
export type Results = Record<string, Tensor<"float32">>;

/** Numbers of an example that are computed at a time, in all examples of a block: 1.6 MB stay in a core's cache. */
const blockNumbers = 400_000;
const largestBlock = 1024;

/** A model's functions, built and opened when they are first needed. */
export class ModelSessions {
  private readonly sessions = new Map<ModelFunction, Promise<Session>>();
  private readonly functions = new Map<string, ModelFunction>();

  constructor(
    private readonly openBackend: () => Promise<Backend>,
    private readonly dataSize: number,
  ) {}

  /** The function under a name, which is built the first time. */
  made(name: string, build: () => ModelFunction): ModelFunction {
    const made = this.functions.get(name) ?? build();
    this.functions.set(name, made);
    return made;
  }

  /** Frees the sessions; new ones are opened when functions are run again. */
  async close(): Promise<void> {
    const opening = [...this.sessions.values()];
    this.sessions.clear();
    const opened = (await Promise.allSettled(opening)).flatMap((result) =>
      result.status === "fulfilled" ? [result.value] : [],
    );
    const closed = await Promise.allSettled(opened.map((session) => session.close()));
    for (const result of closed) if (result.status === "rejected") throw result.reason;
  }

  private sessionOf(fn: ModelFunction): Promise<Session> {
    const known = this.sessions.get(fn);
    if (known !== undefined) return known;
    const opening = this.openBackend().then((backend) => backend.open(fn.graph.bytes));
    this.sessions.set(fn, opening);
    // What failed once may work the next time.
    opening.catch(() => {
      if (this.sessions.get(fn) === opening) this.sessions.delete(fn);
    });
    return opening;
  }

  /**
   * Runs a function over examples 0 to `n`, in blocks of about equal size; answers all its outputs. Those with a row
   * for each example lie in `places` or, if there is more than one block, in new memory.
   */
  async inBlocks(
    fn: ModelFunction,
    n: number,
    feedsFor: (start: number, end: number) => Tensors,
    places: Results = {},
  ): Promise<Results> {
    const session = await this.sessionOf(fn);
    const most = Math.max(1, Math.min(largestBlock, Math.floor(blockNumbers / this.dataSize)));
    const blocks = Math.ceil(n / most);
    const whole = { ...places };
    for (let block = 0; block < blocks; block++) {
      const [from, to] = [Math.round((block * n) / blocks), Math.round(((block + 1) * n) / blocks)];
      const parts: Results = {};
      for (const [name, all] of Object.entries(whole))
        if (fn.perExample.has(name)) parts[name] = rows(all, from, to) as Tensor<"float32">;
      const results = (await session.run(feedsFor(from, to), fn.graph.outputs, parts)) as Results;
      for (const [name, result] of Object.entries(results)) {
        const part = parts[name];
        if (!fn.perExample.has(name) || (blocks === 1 && part === undefined)) whole[name] ??= result;
        else if (result !== part) {
          const all = (whole[name] ??= tensor("float32", [n, ...result.shape.slice(1)]));
          all.data.set(result.data, (from * all.data.length) / n);
        }
      }
    }
    return whole;
  }

  /** `draws` draws [n * draws, latent] of a function with noise for each of `n` examples, example after example. */
  async drawsOf(
    fn: ModelFunction,
    n: number,
    draws: number,
    feedsFor: (start: number, end: number) => Tensors,
    seed: number,
  ): Promise<Tensor<"float32">> {
    const parts: Tensor<"float32">[] = [];
    for (let i = 0; i < n; i++) {
      const one = Object.entries(feedsFor(i, i + 1));
      const repeated = one.map(([name, value]) => [name, timesOver(value, draws)] as const);
      const source = { seed, purpose: "uncertainty" };
      const feeds = {
        ...Object.fromEntries(repeated),
        ...noiseFeeds(fn, source, i * draws, (i + 1) * draws),
      };
      const session = await this.sessionOf(fn);
      const { z } = (await session.run(feeds, ["z"], {})) as Results;
      parts.push(z as Tensor<"float32">);
    }
    const latent = parts[0]?.shape[1] ?? 0;
    const all = tensor("float32", [n * draws, latent]);
    parts.forEach(({ data }, i) => all.data.set(data, i * draws * latent));
    return all;
  }
}

/** One row so many times over. */
function timesOver(row: Tensor, count: number): Tensor {
  const shape = [count, ...row.shape.slice(1)];
  const all = tensor(row.dtype, shape) as Tensor<"float32">;
  for (let i = 0; i < count; i++) all.data.set(row.data as Float32Array, i * row.data.length);
  return all;
}

/** The noise of examples `start` to `end` for a function. */
export function noiseFeeds(
  { noise }: ModelFunction,
  source: Parameters<typeof noiseRows>[1],
  start: number,
  end: number,
): Tensors {
  return Object.fromEntries(noise.map((one) => [one.name, noiseRows(one, source, start, end)]));
}

/** The same values outside shared memory, in which data sets lie and which ONNX Runtime does not take. */
export function unshared<T extends Tensor<"uint8"> | Tensor<"float32">>(value: T): T {
  return isShared(value) ? { ...value, data: value.data.slice() } : value;
}
