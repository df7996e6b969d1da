import { rows, toFloats } from "../data/portable.js";
import type { Backend, Session } from "../runtime/index.js";
import { allocate, sizeOf, type Tensor, tensor, UserError } from "../tensor/index.js";
import {
  decoderFunction,
  drawnCodesFunction,
  encoderFunction,
  type ModelFunction,
  priorFunction,
} from "./functions.js";
import { ImageBatch } from "./images.js";
import { noiseRows } from "./noise.js";
import type { Vae } from "./vae.js";

/** Examples for a model: bytes, read as x/255, or floats in 0..1; of shape [n, ...input], or one example. */
export type ModelInput = Tensor<"uint8"> | Tensor<"float32">;

/** How `generate` draws. */
export interface GenerateOptions {
  /** Default 0. Equal seeds give equal images; image i does not depend on how many are asked for. */
  readonly seed?: number;
}

const chunkSize = 1000;

/** A model with its weights: the functions that a user calls. All results are float32. */
export class TrainedVae {
  private readonly sessions = new Map<string, Promise<Session>>();
  private readonly functions = new Map<string, ModelFunction>();

  constructor(
    readonly definition: Vae,
    readonly weights: Readonly<Record<string, Tensor>>,
    private readonly openBackend: () => Promise<Backend>,
  ) {
    for (const [name, { shape }] of Object.entries(definition.parameters)) {
      const found = weights[name]?.shape.join();
      if (found !== shape.join()) {
        throw new UserError(
          `the weights have ${found ? `[${found}]` : "nothing"} for "${name}", expected [${shape}]`,
        );
      }
    }
  }

  /** The posterior's parameters for examples: for a normal one `mean` and `logVar`, each [n, latent]. */
  async encode(images: ModelInput): Promise<Record<string, Tensor<"float32">>> {
    const examples = this.examplesOf(images);
    return this.inChunks("encoder", encoderFunction, examples.shape[0] ?? 0, (start, end) => ({
      images: unshared(toFloats(rows(examples, start, end))),
    }));
  }

  /** The images [n, ...input] (the likelihood's mean) for latents [n, latent]. */
  async decode(z: Tensor<"float32">): Promise<ImageBatch> {
    if (z.shape.length !== 2 || z.shape[1] !== this.definition.latent) {
      throw new UserError(
        `decode takes latents of shape [n, ${this.definition.latent}], got [${z.shape.join(", ")}]`,
      );
    }
    const results = await this.inChunks("decoder", decoderFunction, z.shape[0] ?? 0, (start, end) => ({
      z: unshared(toFloats(rows(z, start, end))),
    }));
    const { shape, data } = results.images as Tensor<"float32">;
    return new ImageBatch(shape, data);
  }

  /** Examples encoded to the posterior's mean and decoded again. */
  async reconstruct(images: ModelInput): Promise<ImageBatch> {
    return this.decode(await this.codes(images));
  }

  /** The codes [n, latent] of examples: the posterior's mean or, of a family without one, a draw, always the same. */
  async codes(images: ModelInput): Promise<Tensor<"float32">> {
    const { mean } = await this.encode(images);
    if (mean !== undefined) return mean;
    const examples = this.examplesOf(images);
    const { noise } = this.functionNamed("codes", drawnCodesFunction);
    const source = { seed: 0, purpose: "codes" };
    const results = await this.inChunks(
      "codes",
      drawnCodesFunction,
      examples.shape[0] ?? 0,
      (start, end) => ({
        images: unshared(toFloats(rows(examples, start, end))),
        ...Object.fromEntries(noise.map((one) => [one.name, noiseRows(one, source, start, end)])),
      }),
    );
    return results.z as Tensor<"float32">;
  }

  /** `n` draws [n, latent] of the prior. */
  async samplePrior(n: number, { seed = 0 }: GenerateOptions = {}): Promise<Tensor<"float32">> {
    if (!Number.isInteger(n) || n < 1)
      throw new UserError(`the number of samples must be from 1, got ${n}`, 2);
    const fn = this.functionNamed("prior", priorFunction);
    const results = await this.inChunks("prior", priorFunction, n, (start, end) =>
      Object.fromEntries(
        fn.noise.map((noise) => [noise.name, noiseRows(noise, { seed, purpose: "generate" }, start, end)]),
      ),
    );
    return results.z as Tensor<"float32">;
  }

  /** `n` new images [n, ...input]: draws of the prior, decoded. */
  async generate(n: number, options: GenerateOptions = {}): Promise<ImageBatch> {
    return this.decode(await this.samplePrior(n, options));
  }

  /** Images [steps, ...input] on the straight line between the codes of two examples, both ends included. */
  async interpolate(from: ModelInput, to: ModelInput, steps = 10): Promise<ImageBatch> {
    if (!Number.isInteger(steps) || steps < 2)
      throw new UserError(`interpolation takes 2 steps or more, got ${steps}`, 2);
    const a = await this.codes(from);
    const b = await this.codes(to);
    const { latent } = this.definition;
    const path = allocate("float32", steps * latent);
    for (let i = 0; i < path.length; i++) {
      const t = Math.floor(i / latent) / (steps - 1);
      path[i] = (a.data[i % latent] ?? 0) * (1 - t) + (b.data[i % latent] ?? 0) * t;
    }
    return this.decode(tensor("float32", [steps, latent], path));
  }

  /** Frees the engine's sessions; the model can be used again and opens new ones. */
  async close(): Promise<void> {
    const open = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of open) await (await session).close();
  }

  /** Examples, or one example, as [n, ...input]. */
  private examplesOf(images: ModelInput): ModelInput {
    const { input, dataSize } = this.definition;
    const one = images.shape.length === input.length;
    const example = one ? images.shape : images.shape.slice(1);
    if (sizeOf(example) !== dataSize || (images.shape.length > 2 && example.join() !== input.join())) {
      throw new UserError(
        `the model takes examples of shape [n, ${input.join(", ")}], got [${images.shape.join(", ")}]`,
      );
    }
    return { ...images, shape: [one ? 1 : (images.shape[0] ?? 0), ...input] };
  }

  private functionNamed(
    name: string,
    build: (model: Vae, weights: Readonly<Record<string, Tensor>>) => ModelFunction,
  ): ModelFunction {
    const made = this.functions.get(name) ?? build(this.definition, this.weights);
    this.functions.set(name, made);
    return made;
  }

  private async inChunks(
    name: string,
    build: (model: Vae, weights: Readonly<Record<string, Tensor>>) => ModelFunction,
    n: number,
    feedsFor: (start: number, end: number) => Record<string, Tensor>,
  ): Promise<Record<string, Tensor<"float32">>> {
    const { graph } = this.functionNamed(name, build);
    const opening =
      this.sessions.get(name) ?? this.openBackend().then((backend) => backend.open(graph.bytes));
    this.sessions.set(name, opening);
    const session = await opening;
    const parts: Record<string, Tensor<"float32">[]> = {};
    const counts: number[] = [];
    for (let start = 0; start < n; start += chunkSize) {
      counts.push(Math.min(chunkSize, n - start));
      const results = await session.run(feedsFor(start, Math.min(n, start + chunkSize)), graph.outputs);
      for (const [key, value] of Object.entries(results))
        (parts[key] ??= []).push(value as Tensor<"float32">);
    }
    return Object.fromEntries(Object.entries(parts).map(([key, list]) => [key, joinRows(list, counts)]));
  }
}

/** The same values outside shared memory, in which data sets lie and which ONNX Runtime does not take. */
function unshared(value: Tensor<"float32">): Tensor<"float32"> {
  const shared = typeof SharedArrayBuffer === "function" && value.data.buffer instanceof SharedArrayBuffer;
  return shared ? { ...value, data: value.data.slice() } : value;
}

/**
 * The results of chunks joined along their first axis, the examples'. What is the same for all examples, such as a
 * temperature or a codebook, stays as it is.
 */
function joinRows(parts: readonly Tensor<"float32">[], counts: readonly number[]): Tensor<"float32"> {
  const [first] = parts;
  if (first === undefined) throw new Error("there is nothing to join");
  if (parts.length === 1 || parts.some(({ shape }, i) => shape[0] !== counts[i])) return first;
  const length = parts.reduce((total, part) => total + (part.shape[0] ?? 0), 0);
  const joined = tensor("float32", [length, ...first.shape.slice(1)]);
  let at = 0;
  for (const { data } of parts) {
    joined.data.set(data, at);
    at += data.length;
  }
  return joined;
}
