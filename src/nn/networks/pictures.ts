import type { Spec } from "../../catalogue/index.js";
import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { formatShape, sameShape, sizeOf, UserError } from "../../tensor/index.js";
import type { Initialisation } from "../init/index.js";
import { conv, convTranspose, reshaped, sequential } from "../layers/index.js";
import type { Layer } from "../layer.js";
import type { BuiltNetwork, Network, NetworkPlace } from "../network.js";

/** A picture or volume [...space, channels]. */
export interface Picture {
  readonly space: readonly number[];
  readonly channels: number;
}

/** What a network for pictures is made of. */
export interface PictureLayers {
  /** The encoder's layers, from pictures; a `linear` layer follows. */
  encoder(picture: Picture): readonly Layer[];
  /** That layer, to so many numbers, where it isn't a plain one; the encoder's layers must end with vectors then. */
  head?(size: number): Layer;
  /** The decoder's layers, from a vector to pictures with so many channels. */
  decoder(picture: Picture): readonly Layer[];
}

/** An example of the data as a picture: [height, width] has one channel. Throws a UserError for vectors. */
function pictureOf(network: string, example: readonly number[]): Picture {
  if (example.length < 2 || example.length > 4) {
    throw new UserError(
      `the network ${network} takes pictures [height, width] or [height, width, channels], or volumes [depth, height, ` +
        `width, channels], got examples of shape ${formatShape(example)}; for vectors take mlp`,
      2,
    );
  }
  const [space, channels] =
    example.length === 2 ? [example, 1] : [example.slice(0, -1), example.at(-1) as number];
  return { space, channels };
}

/** How many numbers the decoder puts out for each of an example's. Throws a UserError if they are not as many for each. */
function timesOf(network: string, outShape: readonly number[], example: readonly number[]): number {
  const times = sizeOf(outShape) / sizeOf(example);
  if (Number.isInteger(times) && (sameShape(outShape, example) || sameShape(outShape, [times, ...example])))
    return times;
  throw new UserError(
    `the network ${network} puts out the same number of numbers for each pixel of ${formatShape(example)}, but the ` +
      `likelihood takes ${formatShape(outShape)}; choose another likelihood or decoder`,
    2,
  );
}

/** [..., ...space, times * channels] as [..., times, ...space, channels]. */
function timesFirst(x: Expr, { space, channels }: Picture, times: number): Expr {
  const lead = x.shape.slice(0, x.rank - space.length - 1);
  const apart = x.reshape([...lead, ...space, times, channels]);
  const at = (i: number): number => lead.length + i;
  const order = [...lead.keys(), at(space.length), ...space.map((_, i) => at(i)), at(space.length + 1)];
  return apart.transpose(order);
}

function encoderOf(
  network: string,
  layers: PictureLayers,
  inShape: readonly number[],
  outShape: readonly number[],
): BuiltNetwork {
  const picture = pictureOf(network, inShape);
  const shape = [...picture.space, picture.channels];
  const head = layers.head?.(sizeOf(outShape));
  const all = [...layers.encoder(picture), ...(head ? [head] : [])];
  const built = sequential(all, { head: !head }).build(shape, outShape);
  return { ...built, apply: (x, context) => built.apply(reshaped(x, inShape, shape), context) };
}

function decoderOf(
  network: string,
  layers: PictureLayers,
  inShape: readonly number[],
  outShape: readonly number[],
  example: readonly number[],
): BuiltNetwork {
  const picture = pictureOf(network, example);
  const times = timesOf(network, outShape, example);
  const wide = { ...picture, channels: picture.channels * times };
  const built = sequential(layers.decoder(wide)).build([sizeOf(inShape)]);
  if (!sameShape(built.outShape, [...wide.space, wide.channels]))
    throw new Error(`${network}: its decoder puts out ${formatShape(built.outShape)}`);
  return {
    ...built,
    outShape,
    apply(x, context) {
      const y = built.apply(reshaped(x, inShape, [sizeOf(inShape)]), context);
      if (times === 1) return reshaped(y, built.outShape, outShape);
      const apart = timesFirst(y, picture, times);
      return reshaped(apart, [times, ...picture.space, picture.channels], outShape);
    },
  };
}

/**
 * A network for pictures, as encoder and as its own decoder: where `place` does not say which, it is a decoder if it is given
 * vectors and puts out more than one axis.
 */
export function pictureNetwork(name: string, config: Spec["config"], layers: PictureLayers): Network {
  const network: Network = {
    name,
    config,
    decoder: () => network,
    build(inShape, outShape, place?: NetworkPlace) {
      const part = place?.part ?? (inShape.length === 1 && outShape.length > 1 ? "decoder" : "encoder");
      return part === "encoder"
        ? encoderOf(name, layers, inShape, outShape)
        : decoderOf(name, layers, inShape, outShape, place?.example ?? outShape);
    },
  };
  return network;
}

/** The lengths after halving once, twice, ..., each rounded up; the given ones first. */
export function halvings(space: readonly number[], times: number): readonly (readonly number[])[] {
  const sizes = [space];
  for (let i = 0; i < times; i++)
    sizes.push((sizes.at(-1) as readonly number[]).map((n) => Math.ceil(n / 2)));
  return sizes;
}

/** Channels that double, from `first`, with each halving until the shorter side is 4 at most; at least one stage. */
export function doublingChannels({ space }: Picture, first = 32): number[] {
  const channels = [first];
  for (let side = Math.ceil(Math.min(...space) / 2); side > 4; side = Math.ceil(side / 2))
    channels.push((channels.at(-1) as number) * 2);
  return channels;
}

/** Throws a UserError that names network and option unless it is a list of whole numbers from 1, with at least `least`. */
export function requireList(
  where: string,
  value: unknown,
  least: number,
): asserts value is readonly number[] {
  const isList =
    Array.isArray(value) &&
    value.length >= least &&
    value.every((one) => Number.isInteger(one) && (one as number) >= 1);
  if (isList) return;
  const of = least > 0 ? `a list of at least ${least} whole numbers` : "a list of whole numbers";
  throw new UserError(`${where} must be ${of} from 1, such as [32, 64], got ${JSON.stringify(value)}`, 2);
}

/** How `upTo` is built. */
export interface UpToOptions {
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly bias?: boolean;
  /** Which end loses one number more where the two can't be alike: `after`, as in TensorFlow (default), or `before`, as in PyTorch. */
  readonly more?: "before" | "after";
  /** How weights start, biases then at 0; default as in PyTorch. */
  readonly init?: Initialisation;
}

/** A transposed convolution from pictures of `from` to ones of exactly `to`. */
export function upTo(
  from: readonly number[],
  to: readonly number[],
  { out, kernel, stride = 2, bias = true, more = "after", init }: UpToOptions,
): Layer {
  const cut = from.map((length, i) => (length - 1) * stride + kernel - (to[i] as number));
  const padding = cut.map((all): readonly [number, number] => {
    const [less, rest] = [Math.floor(all / 2), Math.ceil(all / 2)];
    return more === "after" ? [less, rest] : [rest, less];
  });
  return convTranspose({
    out,
    kernel,
    bias,
    ...(stride !== 1 && { stride }),
    padding: shortPadding(padding),
    ...(init && { init }),
  });
}

/**
 * Where zeros go around a picture whose halving leaves an odd number of them: `same`, after it, as in TensorFlow and Keras, or
 * `torch`, before it, as PyTorch's `padding` does.
 */
export type HalvingPadding = "same" | "torch";

/** The ways by name. */
export const halvingPaddings: readonly HalvingPadding[] = ["same", "torch"];

/** A convolution of stride 2 from pictures of `from` to half of each length, rounded up. */
export function halve(
  from: readonly number[],
  { out, kernel, bias = true, padding = "same", init }: UpToOptions & { readonly padding?: HalvingPadding },
): Layer {
  const base = { out, kernel, stride: 2, bias, ...(init && { init }) };
  if (padding === "same") return conv(base);
  const around = from.map((length): readonly [number, number] => {
    const all = Math.max(0, (Math.ceil(length / 2) - 1) * 2 + kernel - length);
    return [Math.ceil(all / 2), Math.floor(all / 2)];
  });
  return conv({ ...base, padding: shortPadding(around) });
}

/** One number where all are alike. */
function shortPadding(
  padding: readonly (readonly [number, number])[],
): number | readonly (readonly [number, number])[] {
  const [[first] = [0]] = padding;
  return padding.every(([before, after]) => before === first && after === first) ? first : padding;
}
