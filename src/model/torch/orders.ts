import { sameShape, sizeOf } from "../../tensor/index.js";
import type { Vae } from "../vae.js";

/** Where PyTorch has the numbers of one axis: `order[i]` is PyTorch's place of ours at i. */
export type AxisOrder = Int32Array;

/** Axes of an array that PyTorch orders otherwise; those that are left out are the same. */
export interface ArrayOrder {
  readonly rows?: AxisOrder;
  readonly columns?: AxisOrder;
}

/**
 * PyTorch's places of the numbers of a picture [..., channels] that lies flat: there channels come first. Undefined if both
 * are the same. `groups` pictures may lie one after the other. Two axes are a grey picture without channels or, where there
 * are `convolutions`, a sequence with them.
 */
function pictureOrder(shape: readonly number[], convolutions: boolean, groups = 1): AxisOrder | undefined {
  const channels = shape.at(-1) ?? 1;
  const pixels = sizeOf(shape) / channels;
  if (shape.length < (convolutions ? 2 : 3) || channels === 1 || pixels === 1) return undefined;
  const size = channels * pixels;
  return Int32Array.from({ length: size * groups }, (_, i) => {
    const [group, at] = [Math.floor(i / size), i % size];
    return group * size + (at % channels) * pixels + Math.floor(at / channels);
  });
}

interface Step {
  readonly name: string;
  readonly isConvolution: boolean;
  readonly inShape: readonly number[];
  readonly outShape: readonly number[];
  /** Whether it makes new numbers out of a vector's, all of each. */
  readonly dense: boolean;
}

function stepsOf(model: Vae, part: "encoder" | "decoder", inShape: readonly number[]): Step[] {
  let shape = inShape;
  return model.layers
    .filter(({ name }) => name.startsWith(`${part}.`))
    .map(({ name, layer, outShape }) => {
      const kind = /^[a-z0-9-]+/.exec(layer)?.[0] ?? layer;
      const isConvolution = kind.startsWith("conv");
      const step = { name, isConvolution, inShape: shape, outShape, dense: kind === "linear" };
      shape = outShape;
      return step;
    });
}

const isPicture = (shape: readonly number[]): boolean => shape.length > 1;

/**
 * Goes through a part's layers and finds the flattened pictures: a vector is one from where a picture was laid flat to the
 * linear layer that takes it, and from the linear layer that puts it out to where it becomes a picture.
 */
function partOrders(
  model: Vae,
  part: "encoder" | "decoder",
  inShape: readonly number[],
  outShape: readonly number[],
  groups: number,
): Map<string, ArrayOrder> {
  const steps = stepsOf(model, part, inShape);
  const convolutions = steps.some(({ isConvolution }) => isConvolution);
  const found = new Map<string, { rows?: AxisOrder; columns?: AxisOrder }>();
  const at = (name: string): { rows?: AxisOrder; columns?: AxisOrder } => {
    const order = found.get(name) ?? {};
    found.set(name, order);
    return order;
  };
  let order: AxisOrder | undefined;
  for (const { name, inShape: from, outShape: to, dense } of steps) {
    const columns = model.parameters[`${name}.weight`]?.shape.at(-1);
    const lays = isPicture(from) && !isPicture(to) && (!dense || columns === sizeOf(from));
    if (lays && (dense || sizeOf(from) === sizeOf(to))) order = pictureOrder(from, convolutions);
    if (dense) {
      if (order !== undefined) at(name).columns = order;
      order = undefined;
    } else if (order !== undefined && !isPicture(to)) at(name).rows = order;
    if (isPicture(to)) order = undefined;
  }
  let coming = isPicture(outShape) && !isPicture(steps.at(-1)?.outShape ?? outShape) ? outShape : undefined;
  let among = groups;
  // whether the picture is made by layers, and not what the data are
  let made = false;
  for (const { name, inShape: from, outShape: to, dense } of [...steps].reverse()) {
    if (isPicture(to)) {
      const raises = !isPicture(from) && sizeOf(from) === sizeOf(to);
      [coming, among, made] = [raises ? to : undefined, 1, true];
      continue;
    }
    const rows = coming && pictureOrder(coming, convolutions && made, among);
    if (rows !== undefined && at(name).rows === undefined) at(name).rows = rows;
    if (dense || isPicture(from)) coming = undefined;
  }
  return found;
}

/**
 * Which arrays of a model PyTorch orders otherwise. Pictures are [height, width, channels] here and [channels, height,
 * width] there, which changes the numbers' places where a picture is laid flat before a linear layer, or made of one.
 * Networks that do not say their layers are taken to have no such place.
 */
export function torchOrders(model: Vae): (parameter: string) => ArrayOrder {
  const { input, latent, likelihood, dataSize, parameters } = model;
  const times = likelihood.rawSize([dataSize]) / dataSize;
  const encoder = partOrders(model, "encoder", input, [sizeOf(input)], 1);
  const decoder = partOrders(model, "decoder", [latent], Number.isInteger(times) ? input : [dataSize], times);
  return (parameter) => {
    const layer = parameter.slice(0, parameter.lastIndexOf("."));
    const { rows, columns } = encoder.get(layer) ?? decoder.get(layer) ?? {};
    const isMatrix = (parameters[parameter]?.shape.length ?? 0) > 1;
    return { ...(rows && { rows }), ...(columns && isMatrix && { columns }) };
  };
}

/** Numbers from one order into the other: to ours or, `back`, to PyTorch's. */
export function reordered(
  values: Float32Array,
  shape: readonly number[],
  { rows, columns }: ArrayOrder,
  back = false,
): Float32Array {
  if (rows === undefined && columns === undefined) return values;
  const [height = 1, ...rest] = shape;
  const width = sizeOf(rest);
  if ((rows?.length ?? height) !== height || (columns?.length ?? width) !== width) {
    throw new Error(
      `an order of ${rows?.length ?? height} x ${columns?.length ?? width} numbers for ${shape}`,
    );
  }
  const out = new Float32Array(values.length);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const [here, there] = [i * width + j, (rows?.[i] ?? i) * width + (columns?.[j] ?? j)];
      if (back) out[there] = values[here] ?? 0;
      else out[here] = values[there] ?? 0;
    }
  }
  return out;
}

/** Whether two shapes hold the same numbers: equal, or different by axes of length 1 alone. */
export function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return (
    sameShape(a, b) ||
    sameShape(
      a.filter((n) => n !== 1),
      b.filter((n) => n !== 1),
    )
  );
}
