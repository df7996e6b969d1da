import { RandomStream, UserError } from "../../tensor/index.js";
import { pointBy } from "../space/space.js";
import { directions } from "./joe-kuo.js";
import type { SearchInfo } from "./search.js";

const bits = 32;

/** The most dimensions that there are direction numbers for. */
export const mostDimensions = directions.length + 1;

/** The direction numbers v_1, v_2, ... of a dimension from 0, scaled by 2^32. */
function directionsOf(dimension: number): Uint32Array {
  const v = new Uint32Array(bits);
  const [s = 0, a = 0, ...m] = directions[dimension - 1] ?? [];
  for (let i = 0; i < bits; i++) {
    if (dimension === 0 || i < s) {
      v[i] = (dimension === 0 ? 1 : (m[i] ?? 0)) << (bits - 1 - i);
      continue;
    }
    let next = (v[i - s] ?? 0) ^ ((v[i - s] ?? 0) >>> s);
    for (let k = 1; k < s; k++) if ((a >> (s - 1 - k)) & 1) next ^= v[i - k] ?? 0;
    v[i] = next;
  }
  return v;
}

/**
 * Point number `index` (from 0) of the Sobol sequence, in the order of Antonov and Saleev's Gray code, shifted digit by digit by
 * `shift` (a word of 32 bits for each dimension, which leaves it as evenly spread).
 */
export function sobolPoint(index: number, dimensions: number, shift?: Uint32Array): number[] {
  const gray = (index ^ (index >>> 1)) >>> 0;
  return Array.from({ length: dimensions }, (_, dimension) => {
    const v = directionsOf(dimension);
    let word = shift?.[dimension] ?? 0;
    for (let i = 0; i < bits; i++) if ((gray >>> i) & 1) word ^= v[i] ?? 0;
    return (word >>> 0) / 2 ** bits;
  });
}

/** A random shift of digits for each dimension. */
export function shiftOf(seed: number, dimensions: number): Uint32Array {
  const stream = new RandomStream(seed, "sobol");
  return Uint32Array.from({ length: dimensions }, (_, i) => Number(stream.bits(i) >> 32n));
}

/** What the catalogue knows of it. */
export const sobolInfo: SearchInfo = {
  name: "sobol",
  description:
    "points spread more evenly than at random: a Sobol sequence (Joe and Kuo 2008), shifted by the seed",
  options: {
    shift: { type: "boolean", default: true, about: "shift all points alike, by the seed" },
  },
  examples: ["sobol", "sobol(shift=false)"],
  make({ shift = true }) {
    return {
      name: "sobol",
      config: { shift: shift as boolean },
      propose({ space, seed, index }) {
        const { length } = space.dimensions;
        if (length > mostDimensions) {
          throw new UserError(
            `sobol takes up to ${mostDimensions} ranges, got ${length}; take random or tpe`,
            2,
          );
        }
        const places = sobolPoint(index, length, shift === true ? shiftOf(seed, length) : undefined);
        return pointBy(space, ({ range }, i) => range.at(places[i] ?? 0));
      },
    };
  },
};
