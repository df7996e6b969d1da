import { type TrainedVae, tensor } from "latent/web";
import type { OpenedRun } from "../../lib/sources/types";

export interface Pictures {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly count: number;
}

/** Draws of a prior with one seed: models of equal latents and priors decode the same noise. */
async function picturesOf(model: TrainedVae, count: number, seed: number): Promise<Pictures> {
  const z = await model.samplePrior(count, { seed });
  const decoded = await model.decode(tensor("float32", z.shape, z.data));
  return { values: decoded.data, shape: decoded.shape.slice(1), count };
}

export async function pictured(run: OpenedRun, count: number, seed: number): Promise<Pictures | undefined> {
  const model = await run.model();
  try {
    if (model.classes !== undefined) return undefined;
    return await picturesOf(model, count, seed);
  } finally {
    await model.close();
  }
}

const measures = ["negativeElbo", "reconstruction", "kl", "mse", "activeUnits"] as const;
export type Measure = (typeof measures)[number];

/** A run's last figures on held-out data. */
export function figuresOf({
  history,
}: OpenedRun): Readonly<Partial<Record<Measure, number>>> & { binarize?: string; split?: string } {
  const evaluation = history.at(-1)?.evaluation;
  if (evaluation === undefined) return {};
  const found = Object.fromEntries(
    measures.flatMap((name) => {
      const value = evaluation[name];
      return typeof value === "number" ? [[name, value]] : [];
    }),
  );
  return { ...found, binarize: evaluation.binarize, split: evaluation.split };
}

export const measureNames: readonly Measure[] = measures;
