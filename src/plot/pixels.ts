import { anExampleShape } from "./arguments.js";
import { formatShape, requireArgument, type Tensor, UserError, valueInWords } from "../tensor/index.js";

/** What one example looks like: `[h, w]` grey, `[h, w, 1]`, `[h, w, 3]` RGB, `[h, w, 4]` RGBA; `[d]` is a row of a table. */
export type ExampleShape = readonly number[];

/** How an example can be drawn. */
export type Layout =
  | { readonly kind: "image"; readonly height: number; readonly width: number; readonly channels: 1 | 3 | 4 }
  | { readonly kind: "table"; readonly features: number };

/**
 * How examples of this shape are drawn: as images, or - data without rows and columns of pixels, or with another number
 * of channels than 1, 3 or 4 - as a table of all their numbers. Throws a {@link UserError} for shapes that are neither.
 */
export function layoutOf(shape: ExampleShape): Layout {
  requireArgument("a picture", "shape", shape, anExampleShape);
  if (shape.length === 0 || shape.some((dim) => !Number.isInteger(dim) || dim < 1)) {
    throw new UserError(
      `no example can be drawn with the shape ${formatShape(shape)}: lengths are at least 1`,
    );
  }
  const [height = 1, width = 1, channels = 1] = shape;
  if (shape.length === 1) return { kind: "table", features: height };
  if (shape.length > 3) {
    throw new UserError(
      `examples of shape ${formatShape(shape)} are not pictures: use [height, width], or [height, width, channels] ` +
        "with 1 (grey), 3 (RGB) or 4 (RGBA) channels last, or [features] for a table",
    );
  }
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    return { kind: "table", features: height * width * channels };
  }
  return { kind: "image", height, width, channels };
}

/** Examples in a tensor of shape `[n, ...]` whose rest holds as many values as `shape`. Throws if it doesn't fit. */
export function countExamples(images: Tensor, shape: ExampleShape): number {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const [n = 0, ...rest] = images.shape;
  if (images.shape.length < 2 || rest.reduce((product, dim) => product * dim, 1) !== size) {
    throw new UserError(
      `images of shape ${formatShape(images.shape)} do not hold examples of shape ${formatShape(shape)}: ` +
        `the tensor is [n, ...] with ${size} values an example`,
    );
  }
  if (n === 0) throw new UserError("there are no images to draw: the tensor holds 0 examples");
  return n;
}

/** Throws a {@link UserError} that names the example of the first value that is NaN or infinite. */
export function requireFinite(images: Tensor): void {
  const { data } = images;
  if (data instanceof Uint8Array || data instanceof BigInt64Array || data instanceof Int32Array) return;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const example = Math.floor(bad / (data.length / (images.shape[0] ?? 1)));
  throw new UserError(
    `image ${example} holds ${data[bad]}: pictures are drawn from finite numbers only. ` +
      "A NaN or infinity out of a model means that its weights diverged; try a smaller learning rate",
  );
}

/** The numbers that are drawn black and white. */
export type GreyRange = readonly [black: number, white: number];

/**
 * The tensor's values as bytes: those of `range`, by default 0..1 for floats and 0..255 for bytes, from 0 to 255,
 * rounded, clamped at both ends. Throws a {@link UserError} for NaN, infinities and other element types, and for a range
 * that is none.
 */
export function toBytes(images: Tensor, range?: GreyRange): Uint8Array {
  if (images.dtype === "uint8" && range === undefined) return images.data as Uint8Array;
  if (images.dtype !== "float32" && images.dtype !== "float64" && images.dtype !== "uint8") {
    throw new UserError(`images are float32 or float64 in 0..1, or uint8 in 0..255; got ${images.dtype}`);
  }
  requireFinite(images);
  const [black, white] = range ?? [0, 1];
  if (!(black <= white) || !Number.isFinite(white - black)) {
    throw new UserError(`a picture's range must be two numbers, the lower first, got ${black} and ${white}`);
  }
  const span = white - black || 1;
  const values = images.data as Float32Array | Float64Array | Uint8Array;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) {
    const value = ((values[i] ?? 0) - black) / span;
    bytes[i] = value <= 0 ? 0 : value >= 1 ? 255 : Math.round(value * 255);
  }
  return bytes;
}

/** Throws a {@link UserError} unless the option is a whole number of at least `least`. */
export function requireInteger(name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least) {
    throw new UserError(`${name} must be a whole number of at least ${least}, got ${valueInWords(value)}`);
  }
  return value;
}
