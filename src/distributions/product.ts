import { be, requireArgument } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { concat } from "../ops/index.js";
import { type Shape, UserError } from "../tensor/index.js";
import { type Distribution, drawFrom, type NoiseSource } from "./distribution.js";
import type { Family, FamilyContext } from "./family.js";
import { aDistribution } from "./arguments.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { prefixedSpecs, scopedContext, specOf } from "./scope.js";

const name = "product";

/**
 * Independent distributions side by side: their events, vectors all, are joined along the last axis, and
 * log-densities, entropies and exact KL divergences add up. `names` are for `params`. Throws a UserError if the
 * events are no vectors.
 */
export function joint(parts: readonly Distribution[], names: readonly string[] = []): Distribution {
  requireArgument("product.of", "the parts", parts, be.list(aDistribution, 1, "[a, b]"));
  requireArgument("product.of", "their names", names, be.list(be.text, 0, '["digit", "style"]'));
  const [first] = parts;
  const odd = parts.find((part) => part.eventRank !== 1);
  if (first === undefined || odd !== undefined) {
    throw new UserError(`a product takes distributions over vectors, got ${odd?.name ?? "none"}`, 2);
  }
  const sizes = parts.map((part) => part.shape.at(-1) as number);
  const total = (values: readonly Expr[]): Expr => values.reduce((sum, value) => sum.add(value));
  const draw = (noise: NoiseSource, sampleShape: Shape = []): Expr =>
    concat(parts.map((part) => drawFrom(part, noise, sampleShape)));
  const differentiable = parts.every((part) => part.rsample !== undefined);
  const means = parts.flatMap((part) => part.mean ?? []);
  const variances = parts.flatMap((part) => part.variance ?? []);
  const entropies = parts.flatMap((part) => part.entropy ?? []);
  const losses = parts.flatMap((part) => part.auxiliaryLoss ?? []);
  const all = (list: readonly unknown[]): boolean => list.length === parts.length;
  return {
    name,
    params: Object.fromEntries(
      parts.flatMap((part, i) =>
        Object.entries(part.params).map(([key, value]) => [`${names[i] ?? i}.${key}`, value]),
      ),
    ),
    shape: [...first.shape.slice(0, -1), sizes.reduce((a, b) => a + b)],
    eventRank: 1,
    support: parts.every((part) => part.support === first.support) ? first.support : "product",
    parts,
    ...(parts.some((part) => part.sampledOnly) && { sampledOnly: true }),
    logProb: (x) => {
      const slices = x.split(-1, sizes);
      return total(parts.map((part, i) => part.logProb(slices[i] as Expr)));
    },
    ...(differentiable ? { rsample: draw } : { sample: draw }),
    ...(all(means) && { mean: () => concat(means.map((mean) => mean())) }),
    ...(all(variances) && { variance: () => concat(variances.map((variance) => variance())) }),
    ...(all(entropies) && { entropy: () => total(entropies.map((entropy) => entropy())) }),
    ...(losses.length > 0 && { auxiliaryLoss: () => total(losses.map((loss) => loss())) }),
  };
}

/** A part: its number of coordinates and its family; without a number it takes the coordinates that are left. */
export type ProductPart = Family | readonly [number, Family];

interface PlacedPart {
  readonly key: string;
  readonly family: Family;
  readonly size: number | undefined;
}

function sizesIn(parts: readonly PlacedPart[], event: readonly number[]): number[] {
  const whole = event.length === 1 ? (event[0] ?? 0) : 0;
  const taken = parts.reduce((sum, part) => sum + (part.size ?? 0), 0);
  const rest = whole - taken;
  const open = parts.filter((part) => part.size === undefined).length;
  if (open === 0 ? rest !== 0 : rest < 1) {
    const text = parts.map(({ key, size }) => `${key} ${size ?? "the rest"}`).join(", ");
    throw new UserError(
      `the parts of the product (${text}) don't make up a variable of shape [${event.join(", ")}]`,
      2,
    );
  }
  return parts.map((part) => part.size ?? rest);
}

function makeFamily(given: Readonly<Record<string, ProductPart>>): Family {
  const parts = Object.entries(given).map(([key, value]): PlacedPart => {
    const [size, family] = "name" in value ? [undefined, value] : value;
    if (size !== undefined && (!Number.isInteger(size) || size < 1)) {
      throw new UserError(`product: the size of ${key} must be a whole number from 1, got ${size}`, 2);
    }
    return { key, family, size };
  });
  if (parts.length === 0 || parts.filter((part) => part.size === undefined).length > 1) {
    throw new UserError(
      "product needs parts, at most one of them without a size: product(digit=[10, one-hot-categorical], style=normal)",
      2,
    );
  }
  const keys = parts.map((part) => part.key);
  const supports = new Set(parts.map((part) => part.family.support));
  const [only] = supports;
  const partContext = (context: FamilyContext, key: string, i: number): FamilyContext => {
    const { encode } = context;
    const scoped = scopedContext(context, key);
    if (encode === undefined) return scoped;
    return {
      ...scoped,
      encode: (x) => {
        const part = encode(x).parts?.[i];
        if (part !== undefined) return part;
        throw new UserError(`product: ${key} needs a posterior that is a product of as many parts`, 2);
      },
    };
  };
  return {
    name,
    config: Object.fromEntries(
      parts.map(({ key, family, size }) => [
        key,
        size === undefined ? specOf(family) : [size, specOf(family)],
      ]),
    ),
    support: supports.size === 1 && only !== undefined ? only : "product",
    parts: (event) => {
      const sizes = sizesIn(parts, event);
      return parts.map(({ key, family }, i) => ({
        key,
        family,
        start: sizes.slice(0, i).reduce((sum, size) => sum + size, 0),
        size: sizes[i] ?? 0,
      }));
    },
    weights: (event, dataSize) => {
      const sizes = sizesIn(parts, event);
      return Object.assign(
        {},
        ...parts.map(({ key, family }, i) => prefixedSpecs(key, family.weights?.([sizes[i] ?? 0], dataSize))),
      ) as ReturnType<typeof prefixedSpecs>;
    },
    rawSize: (event) => {
      const sizes = sizesIn(parts, event);
      return parts.reduce((sum, { family }, i) => sum + family.rawSize([sizes[i] ?? 0]), 0);
    },
    fromRaw: (raw, event, context) => {
      const sizes = sizesIn(parts, event).map((size) => [size]);
      const raws = raw.split(
        -1,
        parts.map(({ family }, i) => family.rawSize(sizes[i] ?? [])),
      );
      return joint(
        parts.map(({ key, family }, i) =>
          family.fromRaw(raws[i] as Expr, sizes[i] ?? [], partContext(context, key, i)),
        ),
        keys,
      );
    },
    prior: (event, context) => {
      const sizes = sizesIn(parts, event);
      return joint(
        parts.map(({ key, family }, i) => family.prior([sizes[i] ?? 0], partContext(context, key, i))),
        keys,
      );
    },
  };
}

const info: FamilyInfo = {
  name,
  description: "different distributions side by side: product(digit=[10, one-hot-categorical], style=normal)",
  roles: ["posterior", "prior", "likelihood"],
  examples: ["product(a=[1, normal], b=laplace)"],
  options: {},
  rest: { type: "part", about: "a part: a distribution, or [size, distribution]" },
  make: (options) => makeFamily(options as Readonly<Record<string, ProductPart>>),
};

/** Makes product families. */
export interface ProductFactory {
  (parts: Readonly<Record<string, ProductPart>>): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
  of: typeof joint;
}

/**
 * Independent distributions of different families over slices of the variable, in the order given:
 * `product({ digit: [10, oneHotCategorical()], style: normal() })`. A posterior and a prior with parts of the
 * same sizes have the sum of their parts' KL divergences, exact where the parts' are.
 */
export const product: ProductFactory = familyFactory(makeFamily, { familyName: name, info, of: joint });
