import {
  be,
  type ChecksOf,
  RandomStream,
  requireArgument,
  requireOptions,
  UserError,
} from "../tensor/index.js";
import type { Family } from "./family.js";
import { samples } from "./samples.js";

/** A drawing: red, green, blue and alpha of each pixel, as a canvas' `getImageData` gives, or one byte a pixel, its ink. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] or [height, width], from 0 to 255. */
  readonly data: ArrayLike<number>;
}

/** What of a pixel is ink: how opaque, how dark or how light it is. */
export type MaskInk = "alpha" | "dark" | "light";

/** The kinds of ink by name. */
export const maskInks: readonly MaskInk[] = ["alpha", "dark", "light"];

/** How a drawing becomes points. */
export interface MaskOptions {
  /** Points that are drawn; default 2,000. */
  readonly count?: number;
  /** Equal seeds give equal points; default 0. */
  readonly seed?: number | bigint;
  /** The longer side of the drawing spans -extent to extent; default 2. */
  readonly extent?: number;
  /** Default: `alpha`, but `dark` of red, green and blue without any transparency. */
  readonly ink?: MaskInk;
  /** Pixels with less ink than this share count as empty; default 0.05. */
  readonly threshold?: number;
}

/** How a drawing becomes a prior. */
export interface MaskPriorOptions extends MaskOptions {
  /** Standard deviation of normal noise that is added to each draw, in latent units; default 0.02. */
  readonly jitter?: number;
}

const aMask = be.having(
  ["width", "height", "data"],
  "a drawing, { width, height, data }, such as a canvas' getImageData gives",
);

const maskChecks = {
  count: be.whole(1, 100_000),
  seed: be.seed,
  extent: be.positive,
  ink: be.oneOf(maskInks),
  threshold: be.number(0, 1),
} as const satisfies ChecksOf<MaskOptions>;

function channelsOf({ width, height, data }: Mask): 1 | 4 {
  const pixels = width * height;
  const whole = Number.isInteger(width) && Number.isInteger(height) && pixels > 0;
  if (whole && data.length === pixels) return 1;
  if (whole && data.length === 4 * pixels) return 4;
  throw new UserError(
    `a drawing of ${width} x ${height} pixels has 1 or 4 bytes a pixel, at least one pixel; data has ${data.length} bytes`,
    2,
  );
}

/** How dark a pixel is, from 0 to 1 (Rec. 601 weights). */
function darkness(data: ArrayLike<number>, at: number): number {
  const [r = 0, g = 0, b = 0] = [data[at], data[at + 1], data[at + 2]];
  return 1 - (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

/** The ink of each pixel, from 0 to 1. */
function inkOf(mask: Mask, asked: MaskInk | undefined, threshold: number): Float64Array {
  const { width, height, data } = mask;
  const channels = channelsOf(mask);
  const pixels = width * height;
  const alpha = (i: number): number => (data[4 * i + 3] ?? 0) / 255;
  const opaque = channels === 4 && Array.from({ length: pixels }, (_, i) => i).every((i) => alpha(i) === 1);
  const ink = asked ?? (opaque ? "dark" : "alpha");
  return Float64Array.from({ length: pixels }, (_, i) => {
    const own = channels === 1 ? (data[i] ?? 0) / 255 : alpha(i);
    const dark = channels === 1 ? 1 - own : darkness(data, 4 * i);
    const shown = channels === 1 ? 1 : own;
    const value = ink === "alpha" ? own : shown * (ink === "dark" ? dark : 1 - dark);
    return value > threshold ? value : 0;
  });
}

/**
 * Points of the plane spread over the ink of a drawing, as many in a place as there is ink: the drawing's centre is (0, 0), y
 * goes up. They are as even as their number allows, each at random within its pixel. Throws a UserError for a drawing without
 * ink or of another length than its size says.
 */
export function pointsFromMask(mask: Mask, options: MaskOptions = {}): [x: number, y: number][] {
  requireArgument("pointsFromMask", "the drawing", mask, aMask);
  requireOptions("pointsFromMask", options, maskChecks);
  const { count = 2000, seed = 0, extent = 2, ink, threshold = 0.05 } = options;
  const { width, height } = mask;
  const each = inkOf(mask, ink, threshold);
  const total = each.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) {
    throw new UserError(
      "the drawing is empty: there is no ink in it to draw points from; draw something, or give `ink`",
      2,
    );
  }
  const stream = new RandomStream(seed, "mask");
  const random = stream.uniform(new Float64Array(1 + 2 * count), 0);
  const scale = (2 * extent) / Math.max(width, height);
  const rounded = (value: number): number => Number(value.toFixed(5));
  let [pixel, passed] = [0, each[0] ?? 0];
  return Array.from({ length: count }, (_, i) => {
    const wanted = ((i + (random[0] ?? 0)) / count) * total;
    while (passed <= wanted && pixel < each.length - 1) passed += each[++pixel] ?? 0;
    while ((each[pixel] ?? 0) === 0) pixel--; // sums that rounded beyond the last ink
    const column = (pixel % width) + (random[1 + 2 * i] ?? 0);
    const row = Math.floor(pixel / width) + (random[2 + 2 * i] ?? 0);
    return [rounded((column - width / 2) * scale), rounded((height / 2 - row) * scale)];
  });
}

/**
 * A prior whose draws fill a drawing: `vae({ latent: 2, prior: priorFromMask(context.getImageData(0, 0, 280, 280)) })`. It is
 * {@link samples} of {@link pointsFromMask}, which has draws and no density: train it with an objective that compares samples,
 * such as `slicedWasserstein({ lambda: 1000 })`. Throws a UserError as `pointsFromMask`.
 */
export function priorFromMask(mask: Mask, options: MaskPriorOptions = {}): Family {
  requireArgument("priorFromMask", "the drawing", mask, aMask);
  requireOptions("priorFromMask", options, { ...maskChecks, jitter: be.number(0) });
  const { jitter = 0.02, ...rest } = options;
  return samples({ points: pointsFromMask(mask, rest), jitter });
}
