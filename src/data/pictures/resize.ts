import type { Raster } from "../../plot/index.js";
import type { Extent, PictureFit } from "./settings.js";

/** Where a picture of one size comes to lie in another: a stretch of it along an axis, and where that goes. */
interface Stretch {
  /** The part of the source that is shown, in pixels. */
  readonly from: number;
  readonly length: number;
  /** The pixels that it fills. */
  readonly start: number;
  readonly end: number;
}

function stretches(from: Extent, to: Extent, fit: PictureFit): { across: Stretch; down: Stretch } {
  const whole = (source: number, target: number): Stretch => ({
    from: 0,
    length: source,
    start: 0,
    end: target,
  });
  if (fit === "fit") return { across: whole(from.width, to.width), down: whole(from.height, to.height) };
  const ratios = [to.width / from.width, to.height / from.height] as const;
  const scale = fit === "crop" ? Math.max(...ratios) : Math.min(...ratios);
  const along = (source: number, target: number): Stretch => {
    if (fit === "crop") {
      const length = Math.min(source, target / scale);
      return { from: (source - length) / 2, length, start: 0, end: target };
    }
    const filled = Math.max(1, Math.min(target, Math.round(source * scale)));
    const start = Math.floor((target - filled) / 2);
    return { from: 0, length: source, start, end: start + filled };
  };
  return { across: along(from.width, to.width), down: along(from.height, to.height) };
}

/** Which source pixels make up each target pixel, and their shares: areas where it shrinks, neighbours where it grows. */
function weightsOf(
  { from, length, start, end }: Stretch,
  source: number,
): { first: number; shares: number[] }[] {
  const step = length / (end - start);
  const reach = Math.max(1, step);
  return Array.from({ length: end - start }, (_, i) => {
    const centre = from + (i + 0.5) * step;
    const first = Math.max(0, Math.floor(centre - reach / 2 - (step < 1 ? 0.5 : 0)));
    const last = Math.min(source, Math.ceil(centre + reach / 2 + (step < 1 ? 0.5 : 0)));
    const shares: number[] = [];
    for (let k = first; k < last; k++) {
      const overlap = Math.min(k + 1, centre + reach / 2) - Math.max(k, centre - reach / 2);
      shares.push(Math.max(0, step < 1 ? 1 - Math.abs(k + 0.5 - centre) : overlap));
    }
    const sum = shares.reduce((a, b) => a + b, 0);
    return { first, shares: sum > 0 ? shares.map((share) => share / sum) : [1] };
  });
}

/**
 * A picture at another size, [height, width, channels] as floats: shrunk by the mean over areas, enlarged by linear
 * interpolation. `around` fills what is left free.
 */
export function resize(
  picture: Raster,
  to: Extent,
  fit: PictureFit,
  around: readonly number[],
): Float32Array {
  const { width, height, channels, data } = picture;
  const { across, down } = stretches(picture, to, fit);
  const out = new Float32Array(to.width * to.height * channels);
  for (let i = 0; i < out.length; i++) out[i] = around[i % channels] ?? 0;
  const columns = weightsOf(across, width);
  const rows = weightsOf(down, height);
  const line = new Float64Array(columns.length * channels);
  rows.forEach(({ first, shares }, y) => {
    line.fill(0);
    shares.forEach((share, k) => {
      const row = (first + k) * width;
      columns.forEach((column, x) => {
        column.shares.forEach((part, j) => {
          const at = (row + column.first + j) * channels;
          for (let c = 0; c < channels; c++) {
            line[x * channels + c] = (line[x * channels + c] ?? 0) + share * part * (data[at + c] ?? 0);
          }
        });
      });
    });
    out.set(line, ((down.start + y) * to.width + across.start) * channels);
  });
  return out;
}
