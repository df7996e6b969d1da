import type { ExampleSchema } from "../data/portable.js";
import { constant, type Expr, scalar } from "../graph/index.js";
import "../ops/index.js";
import type { NoiseInputs } from "../model/index.js";
import type { Dim, FloatType } from "../tensor/index.js";
import { changesIn, requireChangeable } from "./augmentation.js";

type Picture = Extract<ExampleSchema, { kind: "image" }>;

/** Where each pixel of a batch comes from, along one axis: places in the source [batch, length]. */
interface Axis {
  readonly length: number;
  readonly places: Expr;
}

const counting = (length: number, dtype: FloatType): Expr =>
  constant(
    Array.from({ length }, (_, i) => i),
    dtype,
  ).reshape([1, length]);

/** Numbers of a dtype as indices. */
const whole = (x: Expr): Expr => x.cast("int32");

/** The pixels of `pictures` [batch * height * width, channels] at whole places of two axes, [batch, height, width, channels]. */
function pixelsAt(pictures: Expr, batch: number, { height, width }: Picture, down: Expr, across: Expr): Expr {
  const first = constant(
    Array.from({ length: batch }, (_, i) => i * height * width),
    "int32",
  ).reshape([batch, 1, 1]);
  const rows = whole(down).mul(scalar(width, "int32")).unsqueeze(2);
  return pictures.gather(first.add(rows).add(whole(across).unsqueeze(1)));
}

/** The mean of the pixels around places between pixels, by their nearness. */
function between(pictures: Expr, batch: number, schema: Picture, down: Axis, across: Axis): Expr {
  const parts = [down, across].map(({ places, length }, i) => {
    const low = places.floor();
    const share = places
      .sub(low)
      .unsqueeze(i === 0 ? 2 : 1)
      .unsqueeze(3);
    return { low, high: low.add(1).clamp(0, length - 1), share };
  });
  const [y, x] = parts as [(typeof parts)[0], (typeof parts)[0]];
  const row = (places: Expr): Expr => {
    const left = pixelsAt(pictures, batch, schema, places, x.low);
    const right = pixelsAt(pictures, batch, schema, places, x.high);
    return left.add(right.sub(left).mul(x.share));
  };
  const above = row(y.low);
  return above.add(row(y.high).sub(above).mul(y.share));
}

/**
 * A batch of pictures as they are stored [batch, numbers], each changed at random by the noise that it draws: shifted, cropped
 * and brought back to its size, mirrored, made brighter or darker. What comes in from outside of a picture is its edge.
 * Bytes stay bytes. Throws a UserError for examples that are no pictures.
 */
export function augmented(
  stored: Expr,
  augment: string,
  schema: ExampleSchema,
  batch: Dim,
  noise: NoiseInputs,
): Expr {
  requireChangeable(augment, schema);
  if (schema.kind !== "image" || typeof batch !== "number")
    throw new Error("pictures are changed in batches of known size");
  const { height, width, channels } = schema;
  const amounts = new Map(changesIn(augment).map(({ name, amount }) => [name, amount]));
  const dtype: FloatType = stored.dtype === "float64" ? "float64" : "float32";
  const draw = (): Expr => noise.draw("uniform", [batch]).cast(dtype).reshape([batch, 1]);
  const axis = (length: number, flips: boolean): Axis => {
    const own = counting(length, dtype);
    const mirrored = counting(length, dtype)
      .mul(-1)
      .add(length - 1);
    return { length, places: (flips ? draw().less(0.5).where(mirrored, own) : own).expand([batch, length]) };
  };
  let down = axis(height, amounts.has("flip-vertical"));
  let across = axis(width, amounts.has("flip"));
  const crop = amounts.get("crop");
  if (crop !== undefined) {
    const shown = draw()
      .mul(-crop / Math.min(height, width))
      .add(1);
    const cropped = ({ length, places }: Axis): Axis => {
      const begin = shown.mul(-1).add(1).mul(length).mul(draw());
      return { length, places: places.add(0.5).mul(shown).sub(0.5).add(begin) };
    };
    [down, across] = [cropped(down), cropped(across)];
  }
  const shift = amounts.get("shift");
  const moved = ({ length, places }: Axis): Axis => {
    const by =
      shift === undefined
        ? undefined
        : draw()
            .mul(2 * shift + 1)
            .floor()
            .clamp(0, 2 * shift)
            .sub(shift);
    return { length, places: (by === undefined ? places : places.add(by)).clamp(0, length - 1) };
  };
  [down, across] = [moved(down), moved(across)];
  const pixels = stored.reshape([batch * height * width, channels]);
  const geometric = amounts.size > (amounts.has("brightness") ? 1 : 0);
  const interpolated = crop !== undefined;
  const placed = interpolated
    ? between(pixels.cast(dtype), batch, schema, down, across)
    : geometric
      ? pixelsAt(pixels, batch, schema, down.places, across.places)
      : pixels.reshape([batch, height, width, channels]);
  const brightness = amounts.get("brightness");
  const lit =
    brightness === undefined
      ? placed
      : brighter(placed.cast(dtype), brightness, draw(), stored.dtype === "uint8");
  const bytes = stored.dtype === "uint8" && lit.dtype !== "uint8" ? lit.round().cast("uint8") : lit;
  return bytes.reshape([batch, height * width * channels]);
}

/** Pictures [batch, height, width, channels] times 1 - amount to 1 + amount, but for alpha, within what they may be. */
function brighter(pictures: Expr, amount: number, draw: Expr, bytes: boolean): Expr {
  const dtype = pictures.dtype as FloatType;
  const channels = pictures.shape[3] as number;
  const factor = draw
    .mul(2 * amount)
    .add(1 - amount)
    .unsqueeze(2)
    .unsqueeze(3);
  const colours = constant(
    Array.from({ length: channels }, (_, c) => (channels === 4 && c === 3 ? 0 : 1)),
    dtype,
  );
  return pictures.mul(factor.sub(1).mul(colours).add(1)).clamp(0, bytes ? 255 : 1);
}
