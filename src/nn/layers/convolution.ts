import type { Expr } from "../../graph/index.js";
import {
  type Form,
  type Geometry,
  type Padding,
  perAxis,
  type plainDown,
} from "../../ops/convolution/index.js";
import { formatShape, UserError } from "../../tensor/index.js";
import type { Built } from "../layer.js";
import { requireEntryOptions, type Spec } from "../../catalogue/index.js";
import { initialisationConfig, type InitialisationLike, initialisationOf } from "../init/index.js";
import { filledWith, uniformWithin, weightNamed } from "../parameters.js";
import type { LayerInfo } from "./info.js";
import { chosen, requireSize } from "./options.js";
import { requireSizes } from "./spatial.js";

/** What `conv` and `convTranspose` have in common; one number for all axes of an image, or one for each. */
export interface KernelOptions {
  /** Channels that come out. */
  readonly out: number;
  /** Size of the kernel; default 3. */
  readonly kernel?: number | readonly number[];
  /** Default 1. */
  readonly stride?: number | readonly number[];
  /** `same` (default), `valid`, or zeros around the image: a number, one for each axis or [before, after] of each axis. */
  readonly padding?: Padding | "same" | "valid";
  /** Pixels between the kernel's numbers; default 1. */
  readonly dilation?: number | readonly number[];
  /** Parts into which channels are divided, each convolved by itself; default 1. */
  readonly groups?: number;
  /** Add a bias; default true. */
  readonly bias?: boolean;
  /** How the weight starts, such as `kaiming-normal`; the bias then starts at 0. Default PyTorch's: both uniform. */
  readonly init?: InitialisationLike;
}

/** Throws a UserError unless options are those that a layer's entry tells of, `out` among them. */
export function requireKernelOptions(info: LayerInfo, options: KernelOptions): void {
  requireEntryOptions(info, options);
  requireSize(`${info.name}: out`, options.out);
  for (const option of ["kernel", "stride", "dilation"] as const) {
    if (options[option] !== undefined) requireSizes(`${info.name}: ${option}`, options[option]);
  }
}

/** Options as a config holds them. */
export function kernelConfig<T extends KernelOptions>(options: T, defaults: Partial<T>): Spec["config"] {
  const { init, ...others } = options;
  return {
    ...(chosen<object>(others, defaults) as Spec["config"]),
    ...(init !== undefined && { init: initialisationConfig(initialisationOf(init)) }),
  };
}

/** The axes of an image and its channels. Throws a UserError unless examples are [...image, channels]. */
export function imageShape(
  op: string,
  inShape: readonly number[],
): { readonly space: readonly number[]; readonly channels: number } {
  const space = inShape.slice(0, -1);
  const channels = inShape.at(-1);
  if (channels !== undefined && space.length >= 1 && space.length <= 3) return { space, channels };
  throw new UserError(
    `${op} takes examples [length, channels], [height, width, channels] or [depth, height, width, channels], ` +
      `got ${formatShape(inShape)}; put reshape(shape=[...]) before it`,
    2,
  );
}

/** The kernel's size along each axis. */
export function kernelShape(op: string, { kernel = 3 }: KernelOptions, rank: number): number[] {
  return perAxis(op, "kernel", kernel, rank, 1);
}

/** Throws a UserError unless both numbers of channels divide into groups. */
export function requireGroups(op: string, groups: number, channels: number, out: number): void {
  if (channels % groups === 0 && out % groups === 0) return;
  throw new UserError(
    `${op}: groups must divide the ${channels} channels that come in and the ${out} that go out, got ${groups}`,
    2,
  );
}

/** What a convolution is built of. */
interface Parts {
  readonly inShape: readonly number[];
  readonly outSpace: readonly number[];
  readonly out: number;
  readonly weightShape: readonly number[];
  readonly geometry: Geometry;
  readonly bias: boolean;
  readonly init?: InitialisationLike | undefined;
  readonly form: Form;
  readonly plain: typeof plainDown;
}

/**
 * A convolution of either direction. Weights that are constants, as in exported models, make a plain ONNX operator of it;
 * all others are computed as products of gathered blocks, which have fast gradients.
 */
export function builtConvolution(parts: Parts): Built {
  const { inShape, outSpace, out, weightShape, geometry, bias: hasBias, form, plain } = parts;
  const fanIn = weightShape.slice(1).reduce((product, length) => product * length, 1);
  const usual = uniformWithin(1 / Math.sqrt(fanIn));
  const chosenInit = parts.init === undefined ? undefined : initialisationOf(parts.init).of(weightShape);
  const outShape = [...outSpace, out];
  return {
    outShape,
    parameters: {
      weight: { shape: weightShape, init: chosenInit ?? usual },
      ...(hasBias && { bias: { shape: [out], init: chosenInit === undefined ? usual : filledWith(0) } }),
    },
    apply(x, { weights }): Expr {
      const weight = weightNamed(weights, "weight", weightShape);
      const bias = hasBias ? weightNamed(weights, "bias", [out]) : undefined;
      const examples = x.reshape([-1, ...inShape]);
      const isPlain = weight.op.name === "constant" && weight.dtype === "float32";
      const convolved = isPlain ? plain(examples, weight, bias, geometry) : form(examples, weight, geometry);
      const y = bias === undefined || isPlain ? convolved : convolved.add(bias);
      return y.reshape([...x.shape.slice(0, x.rank - inShape.length), ...outShape]);
    },
  };
}

/** What the catalogue knows of the options of both. */
export const kernelOptionInfos: LayerInfo["options"] = {
  out: { type: "integer", min: 1, about: "channels that come out" },
  kernel: { type: "json", default: 3, about: "size of the kernel, one number or one for each axis" },
  stride: { type: "json", default: 1, about: "pixels from one place of the kernel to the next" },
  padding: { type: "json", default: "same", about: "same, valid, or zeros around the image" },
  dilation: { type: "json", default: 1, about: "pixels between the kernel's numbers" },
  groups: { type: "integer", min: 1, default: 1, about: "parts into which channels are divided" },
  bias: { type: "boolean", default: true, about: "add a bias" },
  init: {
    type: "init",
    about: "how the weight starts, such as kaiming-normal; default uniform as in PyTorch",
  },
};

/** The values of those options that need not be said. */
export const kernelDefaults = {
  kernel: 3,
  stride: 1,
  padding: "same",
  dilation: 1,
  groups: 1,
  bias: true,
} as const;
