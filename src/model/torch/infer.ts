import { inOrder, isLogVariance, isMean, type Module, modulesOf, stageOf } from "./modules.js";
import type { StateDict } from "./state-dict.js";

/** What a `state_dict` tells of the model that it is of. */
export interface InferredSizes {
  readonly latent?: number;
  /** What the encoder's convolutions put out. */
  readonly channels?: readonly number[];
  /** Of a multilayer perceptron, the sizes of its encoder's hidden layers. */
  readonly hidden?: readonly number[];
  /** Of a multilayer perceptron, the shape of an example: a square picture where the numbers make one, else a vector. */
  readonly input?: readonly number[];
}

function sorted(modules: readonly Module[], part: "encoder" | "decoder"): Module[] {
  return modules
    .filter(({ path }) => stageOf(path)?.part === part)
    .sort((a, b) => (stageOf(a.path)?.rank ?? 0) - (stageOf(b.path)?.rank ?? 0) || inOrder(a.path, b.path));
}

/** `[out, in]` of a linear layer. */
function linearSizes({ arrays }: Module): readonly [rows: number, columns: number] | undefined {
  const [rows, columns, ...rest] = arrays["weight"] ?? [];
  return rows === undefined || columns === undefined || rest.length > 0 ? undefined : [rows, columns];
}

function exampleShape(numbers: number): readonly number[] {
  for (const channels of [1, 3]) {
    const side = Math.sqrt(numbers / channels);
    if (Number.isInteger(side) && side >= 4) return channels === 1 ? [side, side] : [side, side, channels];
  }
  return [numbers];
}

/** Reads sizes out of names and shapes; what they don't tell is left out. */
export function inferSizes({ arrays }: StateDict): InferredSizes {
  const modules = modulesOf(
    Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape])),
  );
  const [encoder, decoder] = [sorted(modules, "encoder"), sorted(modules, "decoder")];
  const isHead = ({ path }: Module): boolean => isMean(path) || isLogVariance(path);
  const mean = encoder.find(({ path }) => isMean(path));
  const latent = mean ? linearSizes(mean)?.[0] : decoder[0] && linearSizes(decoder[0])?.[1];
  const layers = encoder.filter((one) => !isHead(one)).map(linearSizes);
  const first = layers[0] ?? (mean && linearSizes(mean));
  const dense = first !== undefined && layers.every((sizes) => sizes !== undefined);
  const channels = encoder.flatMap(({ arrays: { weight = [] } }) =>
    weight.length > 2 ? weight.slice(0, 1) : [],
  );
  if (!dense) return { ...(latent !== undefined && { latent }), ...(channels.length > 0 && { channels }) };
  const outputs = layers.map((sizes) => sizes[0]);
  return {
    ...(latent !== undefined && { latent }),
    hidden: mean === undefined ? outputs.slice(0, -1) : outputs,
    input: exampleShape(first[1]),
  };
}
