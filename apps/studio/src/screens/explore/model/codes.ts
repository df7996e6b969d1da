import { activity, tensor, type Tensor, type TrainedVae } from "latent/web";
import type { RunExamples } from "../../../lib/sources/types";
import { partsOfModel } from "./space";
import { type Parameters, type Spread, spreadOfParts } from "./spread";

/** The codes of a run's test examples. */
export interface Codes {
  /** [n, latent]. */
  readonly means: Tensor<"float32">;
  readonly spread: Spread | undefined;
  /** Coordinates, the one that tells most first. */
  readonly order: readonly number[];
}

/** Examples that are encoded at a time, so that the page answers in between. */
const chunk = 100;

export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, each) => product * each, 1);

/** Rows `from` to `to` of examples as the model takes them. */
export function inputOf(
  { values, shape }: Pick<RunExamples, "values" | "shape">,
  from: number,
  to: number,
): Tensor<"float32"> {
  const size = sizeOf(shape);
  return tensor("float32", [to - from, ...shape], values.slice(from * size, to * size));
}

/** The labels of examples as a conditional model takes them. */
export function givenLabels(
  model: TrainedVae,
  labels: readonly number[] | undefined,
  from: number,
  to: number,
): { condition?: Int32Array } {
  return model.classes === undefined || labels === undefined
    ? {}
    : { condition: Int32Array.from(labels.slice(from, to)) };
}

function joined(parts: readonly Parameters[]): Parameters {
  const names = Object.keys(parts[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const found = parts.flatMap((part) => part[name] ?? []);
      const n = found.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
      const data = new Float32Array(found.reduce((sum, each) => sum + each.data.length, 0));
      let at = 0;
      for (const each of found) {
        data.set(each.data, at);
        at += each.data.length;
      }
      return [name, { shape: [n, ...(found[0]?.shape.slice(1) ?? [])], data }];
    }),
  );
}

/** Encodes examples piece by piece; undefined if `stopped` says so in between. */
export async function codesOf(
  model: TrainedVae,
  examples: RunExamples,
  stopped: () => boolean = () => false,
): Promise<Codes | undefined> {
  const { latent } = model.definition;
  const means = tensor("float32", [examples.count, latent]);
  const parts: Parameters[] = [];
  for (let from = 0; from < examples.count; from += chunk) {
    const to = Math.min(examples.count, from + chunk);
    const given = givenLabels(model, examples.labels, from, to);
    const x = inputOf(examples, from, to);
    const encoded = (await model.encode(x, given)) as unknown as Parameters;
    const mean = encoded.mean?.shape[1] === latent ? encoded.mean : await model.codes(x, given);
    means.data.set(mean.data, from * latent);
    parts.push(encoded);
    await breath();
    if (stopped()) return undefined;
  }
  const all = joined(parts);
  const deviations =
    all.logVar?.shape[1] === latent ? all.logVar.data.map((v) => Math.exp(v / 2)) : undefined;
  const order = activity(means, deviations && tensor("float32", [examples.count, latent], deviations));
  return {
    means,
    spread: spreadOfParts(partsOfModel(model), all),
    order: order.map(({ dim }) => dim),
  };
}

/** Between which values 99 of 100 codes lie in a coordinate, a little widened. */
export function extentOf({ means }: Codes, dim: number): readonly [number, number] {
  const [n = 0, latent = 1] = means.shape;
  const sorted = Float32Array.from({ length: n }, (_, i) => means.data[i * latent + dim] ?? 0).sort();
  const [low, high] = [sorted[Math.floor(n * 0.005)] ?? 0, sorted[Math.ceil(n * 0.995) - 1] ?? 0];
  const room = 0.05 * (high - low);
  return [low - room, high + room];
}
