import { be, requireArgument } from "../catalogue/index.js";
import { rows } from "../data/portable.js";
import type { Tensors } from "../runtime/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import {
  decoderFunction,
  drawnExamplesFunction,
  type ModelFunction,
  priorFunction,
  temperedPriorFunction,
} from "./functions.js";
import { requireFiniteLatents } from "./latents.js";
import { type ModelSessions, noiseFeeds, unshared } from "./sessions.js";
import { type GenerateOptions, requireDraws } from "./trained-options.js";

/** What draws codes and what decodes them. */
interface PartFunctions {
  readonly prior: ModelFunction;
  readonly decoder: ModelFunction;
}

type Build = typeof priorFunction;

/** The functions that options ask for. */
export function partFunctions(
  { temperature = 1, draw = false }: GenerateOptions,
  named: (name: string, build: Build) => ModelFunction,
): PartFunctions {
  return {
    prior: temperature === 1 ? named("prior", priorFunction) : named("tempered-prior", temperedPriorFunction),
    decoder: draw ? named("examples", drawnExamplesFunction) : named("decoder", decoderFunction),
  };
}

function requireCodes(n: number, latent: number, z: Tensor<"float32"> | undefined): void {
  if (z === undefined || (z.shape.length === 2 && z.shape[0] === n && z.shape[1] === latent)) return;
  throw new UserError(`generatePart: z must be of shape [${n}, ${latent}], got [${z.shape.join(", ")}]`, 2);
}

/** Throws the UserError for draws that there are none of, and for codes of another number or size than the draws'. */
export function requirePart(
  n: number,
  range: unknown,
  latent: number,
  z: Tensor<"float32"> | undefined,
): readonly [from: number, to: number] {
  requireDraws(n);
  requireCodes(n, latent, z);
  requireArgument("generatePart", "the range", range, be.list(be.whole(0), 2, "[0, 100]"));
  const [from = 0, to = 0] = range as readonly number[];
  if (from < to && to <= n) return [from, to];
  throw new UserError(`generatePart: there are no draws ${from} to ${to - 1} of ${n}`, 2);
}

/** The numbers of draws `from` to `to` - 1 of `n`, computed in the blocks in which all are. */
export async function drawnPart(
  sessions: ModelSessions,
  { prior, decoder }: PartFunctions,
  [n, from, to]: readonly [n: number, from: number, to: number],
  { seed = 0, temperature = 1 }: GenerateOptions,
  conditions: Tensor<"float32"> | undefined,
  codes?: Tensor<"float32">,
): Promise<Float32Array> {
  const scaled =
    temperature === 1 ? {} : { temperature: tensor("float32", [], Float32Array.of(temperature)) };
  let all: Float32Array | undefined;
  for (const [start, end] of sessions.blocksOf(n)) {
    if (end <= from || start >= to) continue;
    const given = ({ graph }: ModelFunction): Tensors =>
      conditions !== undefined && graph.inputs.includes("condition")
        ? { condition: rows(conditions, start, end) }
        : {};
    const noise = (fn: ModelFunction, purpose: string): Tensors =>
      noiseFeeds(fn, { seed, purpose }, start, end);
    const { z } =
      codes === undefined
        ? await sessions.run(prior, { ...scaled, ...noise(prior, "generate"), ...given(prior) })
        : { z: unshared(rows(codes, start, end) as Tensor<"float32">) };
    if (z === undefined) throw new Error("a prior draws codes");
    requireFiniteLatents(z);
    const { x } = await sessions.run(decoder, { z, ...noise(decoder, "likelihood"), ...given(decoder) });
    if (x === undefined) throw new Error("a decoder gives examples");
    const size = x.data.length / (end - start);
    all ??= new Float32Array((to - from) * size);
    const [a, b] = [Math.max(start, from), Math.min(end, to)];
    all.set(x.data.subarray((a - start) * size, (b - start) * size), (a - from) * size);
  }
  return all ?? new Float32Array(0);
}
