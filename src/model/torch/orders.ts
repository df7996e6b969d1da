import { isSpec, type Spec } from "../../catalogue/index.js";
import { formatShape, sameShape, sizeOf, UserError } from "../../tensor/index.js";
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

/** A layer of a part, and what it is given. */
export interface Step {
  readonly name: string;
  /** What it is, with its options. */
  readonly layer: string;
  readonly kind: string;
  readonly isConvolution: boolean;
  readonly inShape: readonly number[];
  readonly outShape: readonly number[];
  /** Whether it makes new numbers out of a vector's, all of each. */
  readonly dense: boolean;
  readonly parameters: number;
}

/** Throws a UserError for layers of which it can't be told where PyTorch has the numbers. */
function refuse(name: string, why: string): never {
  throw new UserError(
    `${name}: ${why}, so that PyTorch's order of a flattened picture's numbers can't be told; ` +
      "flatten pictures before a linear layer that is neither in a branch nor in a residual",
  );
}

/**
 * What a layer is given where the one named before it put out `shape`: after a `branch` that is what all of its layers put
 * out side by side, of which the summary has the last one's.
 */
function givenShape(
  name: string,
  kind: string,
  shape: readonly number[],
  outShape: readonly number[],
): readonly number[] {
  const numbers = sizeOf(outShape);
  if (!["flatten", "reshape"].includes(kind) || sizeOf(shape) === numbers) return shape;
  const pixels = sizeOf(shape.slice(0, -1));
  if (numbers % pixels !== 0) refuse(name, `it is given ${numbers} numbers and not ${formatShape(shape)}`);
  return [...shape.slice(0, -1), numbers / pixels];
}

/** The layers of a part one after the other. Throws a UserError where it can't be told what one is given. */
export function stepsOf(model: Vae, part: "encoder" | "decoder", inShape: readonly number[]): Step[] {
  let shape = inShape;
  return model.layers
    .filter(({ name }) => name.startsWith(`${part}.`))
    .map(({ name, layer, outShape, parameters }) => {
      // weight normalisation leaves a layer what it is
      const [, kind = layer] = /^(?:weight-norm\(layer=)?([a-z0-9-]+)/.exec(layer) ?? [];
      const isConvolution = kind.startsWith("conv");
      const given = givenShape(name, kind, shape, outShape);
      const dense = kind === "linear";
      const step = { name, layer, kind, isConvolution, inShape: given, outShape, dense, parameters };
      shape = outShape;
      return step;
    });
}

/** Names of the layers of a kind that a network or layer is made of, as its parameters' names begin. */
function namesOf(kind: string, name: string, { config }: Spec): string[] {
  const layers: unknown = config["layers"];
  if (!Array.isArray(layers)) return [];
  return layers.flatMap((layer: unknown, i) => {
    if (!isSpec(layer)) return [];
    const inner = namesOf(kind, `${name}.${i}`, layer);
    return layer.name === kind ? [`${name}.${i}`, ...inner] : inner;
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
  const within = (joint: string): Step[] => steps.filter(({ name }) => name.startsWith(`${joint}.`));
  const joints = [
    ...namesOf("branch", part, model[part]),
    // what a residual makes of pictures is added to pictures
    ...namesOf("residual", part, model[part]).filter((one) => !isPicture(within(one)[0]?.inShape ?? [])),
  ];
  const joined = new Set(
    joints.flatMap((joint) =>
      within(joint).flatMap(({ name, parameters }) => (parameters > 0 ? [name] : [])),
    ),
  );
  const at = (name: string): { rows?: AxisOrder; columns?: AxisOrder } => {
    if (joined.has(name)) refuse(name, "its numbers are joined with others");
    const order = found.get(name) ?? {};
    found.set(name, order);
    return order;
  };
  let order: AxisOrder | undefined;
  for (const { name, inShape: from, outShape: to, dense } of steps) {
    const weight = model.parameters[`${name}.weight`] ?? model.parameters[`${name}.weight_v`];
    const columns = weight?.shape.at(-1);
    const lays = isPicture(from) && !isPicture(to) && (!dense || columns === sizeOf(from));
    if (lays && (dense || sizeOf(from) === sizeOf(to))) order = pictureOrder(from, convolutions);
    if (dense) {
      if (order !== undefined && order.length !== columns)
        refuse(name, `it takes ${columns ?? 0} numbers, not the ${order.length} of the picture before it`);
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
 * Networks that do not say their layers are taken to have no such place. Throws a UserError for a `branch` or `residual` of
 * flattened pictures, whose order can't be told.
 */
export function torchOrders(model: Vae): (parameter: string) => ArrayOrder {
  const { input, latent, likelihood, dataSize, parameters } = model;
  const times = likelihood.rawSize([dataSize]) / dataSize;
  const encoder = partOrders(model, "encoder", input, [sizeOf(input)], 1);
  const decoder = partOrders(model, "decoder", [latent], Number.isInteger(times) ? input : [dataSize], times);
  return (parameter) => {
    const layer = parameter.slice(0, parameter.lastIndexOf("."));
    const { rows, columns } = encoder.get(layer) ?? decoder.get(layer) ?? {};
    const [height, ...rest] = parameters[parameter]?.shape ?? [];
    const fits = {
      rows: rows?.length === height,
      columns: rest.length > 0 && columns?.length === sizeOf(rest),
    };
    return { ...(rows && fits.rows && { rows }), ...(columns && fits.columns && { columns }) };
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
