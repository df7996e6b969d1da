/** Parameters of the posterior by name, as `encode` gives them. */
export type Parameters = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array } | undefined>
>;

/** The covariance of two coordinates of an example's posterior. */
export type Covariance = readonly [aa: number, ab: number, bb: number];

/** How uncertain codes are: the covariance of coordinates `a` and `b` of an example. */
export type Spread = (row: number, a: number, b: number) => Covariance;

const independent =
  (variance: (row: number, at: number) => number): Spread =>
  (row, a, b) => [variance(row, a), 0, variance(row, b)];

/** Families whose `scale` times this is the standard deviation. */
const deviationOfScale = [
  ["laplace", Math.SQRT2],
  ["logistic", Math.PI / Math.sqrt(3)],
  ["gumbel", Math.PI / Math.sqrt(6)],
] as const;

/** The uncertainty of each example's code, where the posterior's parameters tell it; undefined for other families. */
export function spreadOf(family: string, parameters: Parameters, latent: number): Spread | undefined {
  const { logVar, scaleTril, scale, concentration } = parameters;
  const fits = (found: typeof logVar): found is NonNullable<typeof logVar> =>
    found !== undefined && found.shape.length === 2 && found.shape[1] === latent;
  if (fits(logVar)) return independent((row, at) => Math.exp(logVar.data[row * latent + at] ?? 0));
  if (scaleTril !== undefined && scaleTril.shape.length === 3) {
    return (row, a, b) => {
      const at = (i: number, k: number): number =>
        scaleTril.data[row * latent * latent + i * latent + k] ?? 0;
      const sum = (i: number, j: number): number => {
        let total = 0;
        for (let k = 0; k < latent; k++) total += at(i, k) * at(j, k);
        return total;
      };
      return [sum(a, a), sum(a, b), sum(b, b)];
    };
  }
  if (family === "normal" && fits(scale))
    return independent((row, at) => (scale.data[row * latent + at] ?? 0) ** 2);
  const known = deviationOfScale.find(([name]) => name === family);
  if (fits(scale) && known !== undefined) {
    return independent((row, at) => ((scale.data[row * latent + at] ?? 0) * known[1]) ** 2);
  }
  if (family === "dirichlet" && fits(concentration)) {
    return (row, a, b) => {
      const own = concentration.data.subarray(row * latent, (row + 1) * latent);
      const total = own.reduce((sum, value) => sum + value, 0);
      const covariance = (i: number, j: number): number =>
        ((i === j ? (own[i] ?? 0) * total : 0) - (own[i] ?? 0) * (own[j] ?? 0)) /
        (total * total * (total + 1));
      return [covariance(a, a), covariance(a, b), covariance(b, b)];
    };
  }
  // On circle and sphere a concentration of κ is, for all but the smallest, a spread of 1/√κ in each direction.
  if (concentration !== undefined && /^(von-mises|power-spherical)/.test(family)) {
    const each = concentration.data.length / (concentration.shape[0] || 1);
    return independent((row, at) => 1 / (concentration.data[row * each + (each === 1 ? 0 : at)] || 1));
  }
  return undefined;
}

/** Those parameters of a product that belong to one of its parts, without the part's name. */
function parametersOf(part: string, parameters: Parameters): Parameters {
  const own = Object.entries(parameters).filter(([name]) => name.startsWith(`${part}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(part.length + 1), value]));
}

/** A part of a latent space, as far as its uncertainty goes. */
interface SpreadPart {
  readonly name: string;
  readonly family: string;
  readonly start: number;
  readonly size: number;
}

/** The uncertainty of a code of several parts; where a part's is not known, nothing. */
export function spreadOfParts(parts: readonly SpreadPart[], parameters: Parameters): Spread | undefined {
  const spreads = parts.map(({ name, family, size }) =>
    spreadOf(family, parts.length === 1 ? parameters : parametersOf(name, parameters), size),
  );
  if (spreads.every((spread) => spread === undefined)) return undefined;
  return (row, a, b) => {
    const at = parts.findIndex(({ start, size }) => a >= start && a < start + size);
    const start = parts[at]?.start ?? 0;
    return spreads[at]?.(row, a - start, b - start) ?? [0, 0, 0];
  };
}

export interface Ellipse {
  readonly rx: number;
  readonly ry: number;
  /** Radians from the first axis to the longer half axis. */
  readonly angle: number;
}

/** The ellipse within `deviations` standard deviations. */
export function ellipseOf([aa, ab, bb]: Covariance, deviations = 2): Ellipse {
  const [middle, half] = [(aa + bb) / 2, Math.hypot((aa - bb) / 2, ab)];
  return {
    rx: deviations * Math.sqrt(Math.max(0, middle + half)),
    ry: deviations * Math.sqrt(Math.max(0, middle - half)),
    angle: ab === 0 && aa === bb ? 0 : Math.atan2(2 * ab, aa - bb) / 2,
  };
}
