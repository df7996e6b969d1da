import { inOrder, isLogVariance, isMean, type Module, modulesOf, stageOf } from "./modules.js";
import { targetOf, type TorchMapping } from "./mapping.js";
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

/** Arrays' shapes, under our names where a mapping tells them; rows of one are laid end to end. */
function shapesOf({ arrays }: StateDict, mapping: TorchMapping): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = {};
  for (const [name, { shape }] of Object.entries(arrays)) {
    const target = targetOf(mapping, name);
    if (target === null) continue;
    const { array = name, rows } = target ?? {};
    const [height = 0] = Object.hasOwn(shapes, array) ? (shapes[array] ?? []) : [];
    shapes[array] = rows ? [Math.max(height, rows[1]), ...shape.slice(1)] : shape;
  }
  return shapes;
}

/** Reads sizes out of names and shapes, ours where `mapping` tells them; what they don't tell is left out. */
export function inferSizes(dict: StateDict, mapping: TorchMapping = {}): InferredSizes {
  const modules = modulesOf(shapesOf(dict, mapping));
  const [encoder, decoder] = [sorted(modules, "encoder"), sorted(modules, "decoder")];
  const isHead = ({ path }: Module): boolean => isMean(path) || isLogVariance(path);
  const mean = encoder.find(({ path }) => isMean(path));
  const latent = mean ? linearSizes(mean)?.[0] : decoder[0] && linearSizes(decoder[0])?.[1];
  const layers = encoder.filter((one) => !isHead(one)).map(linearSizes);
  const first = layers[0] ?? (mean && linearSizes(mean));
  const dense = first !== undefined && layers.every((sizes) => sizes !== undefined);
  const convolutions = encoder.filter(({ arrays: { weight = [] } }) => weight.length > 2);
  const blocks = convolutions.flatMap(({ path }) => /^(.*\.\d+)\.[a-z_]\w*$/i.exec(path)?.[1] ?? []);
  // of blocks of several convolutions it can't be told which of them halve pictures
  const channels =
    new Set(blocks).size < blocks.length
      ? []
      : convolutions.flatMap(({ arrays: { weight = [] } }) => weight.slice(0, 1));
  if (!dense) return { ...(latent !== undefined && { latent }), ...(channels.length > 0 && { channels }) };
  const outputs = layers.map((sizes) => sizes[0]);
  return {
    ...(latent !== undefined && { latent }),
    hidden: mean === undefined ? outputs.slice(0, -1) : outputs,
    input: exampleShape(first[1]),
  };
}
