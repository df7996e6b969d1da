import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import { sizeOf, UserError } from "../tensor/index.js";
import { real } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { independent } from "./distribution.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import { registerKl } from "./kl-rules.js";
import { normal } from "./normal.js";

const plain: FamilyFactory<"low" | "high", EncodingOf<"mean" | "low" | "high">> = defineDistribution({
  name: "uniform",
  description: "even between two limits; as a posterior on an interval within them",
  roles: ["posterior", "prior"],
  support: "interval",
  params: { low: real, high: real },
  standard: { low: -1, high: 1 },
  noise: { u: "uniform" },
  rsample: ({ low, high }, { u }) => high.sub(low).mul(u).add(low),
  logProb: ({ low, high }, x) => {
    const inside = x.greaterEqual(low).and(x.lessEqual(high));
    return inside.where(high.sub(low).log().neg(), -Infinity);
  },
  mean: ({ low, high }) => low.add(high).mul(0.5),
  variance: ({ low, high }) => high.sub(low).square().div(12),
  entropy: ({ low, high }) => high.sub(low).log(),
});

/** The share of the limits' width that an interval has at first is about sigmoid(-start): small, see below. */
const start = 4;

/** How much faster than its width an interval's place answers to the network. */
const gain = 4;

/** The interval within `limits` that two raw outputs stand for. */
function intervalWithin([low, high]: readonly [number, number], place: Expr, width: Expr): [Expr, Expr] {
  // A little narrower than the limits and never empty, so that rounding does no harm.
  const share = width.sub(start).sigmoid().mul(0.999).add(5e-4);
  const free = share.neg().add(1).mul(2);
  const reach = 0.9999 * ((high - low) / 2);
  const from = free
    .mul(place.mul(gain).sigmoid())
    .sub(1)
    .mul(reach)
    .add((low + high) / 2);
  return [from, from.add(share.mul(2 * reach))];
}

function family(
  fixed: Readonly<Partial<Record<"low" | "high", number>>> = {},
): Family<EncodingOf<"mean" | "low" | "high">> {
  const made = plain(fixed);
  const { low = -1, high = 1 } = fixed;
  if (!(low < high)) {
    throw new UserError(`uniform: "low" must be below "high" (default -1 and 1), got ${low} and ${high}`, 2);
  }
  const limits = [low, high] as const;
  return {
    ...made,
    rawSize: (event) => 2 * sizeOf(event),
    fromRaw: (raw, event) => {
      const parts = raw.split(-1, [sizeOf(event), sizeOf(event)]);
      const shape = [...raw.shape.slice(0, -1), ...event];
      const [place, width] = parts.map((part) => part.reshape(shape)) as [Expr, Expr];
      const [from, to] = intervalWithin(limits, place, width);
      return { ...independent(plain.of({ low: from, high: to }), event.length), limits };
    },
    prior: (event, context) => ({ ...made.prior(event, context), limits }),
  };
}

/**
 * The uniform distribution on `low`..`high`, by default -1..1. A posterior's intervals lie within these limits, which
 * must be within those of the prior, so that its divergence is finite: the sigmoid of one raw output is the share of
 * the width that they take, that of the other places them in what is left.
 *
 * Within a uniform prior the collapsed posterior is always a local optimum: to move its middle by s half widths, an
 * interval must get narrower by as much, which costs -log(1 - s), about s nats, while what the decoder gains by so
 * little a signal grows with its square. (A normal posterior pays s^2 / 2 for a shift.) Hence intervals that start
 * narrow, at 2% of the width, where the decoder learns to use them before they can widen.
 */
export const uniform: FamilyFactory<"low" | "high", EncodingOf<"mean" | "low" | "high">> = familyFactory(
  family,
  {
    familyName: plain.familyName,
    info: { ...plain.info, make: family },
    of: plain.of,
  },
);

registerKl(uniform, uniform, (p, q) => {
  const inside = p.low.greaterEqual(q.low).and(p.high.lessEqual(q.high));
  return inside.where(q.high.sub(q.low).div(p.high.sub(p.low)).log(), Infinity);
});

registerKl(uniform, normal, (p, q) => {
  const width = p.high.sub(p.low);
  const shift = p.low.add(p.high).mul(0.5).sub(q.loc);
  const second = width.square().div(12).add(shift.square()).div(q.scale.square()).mul(0.5);
  return q.scale
    .div(width)
    .log()
    .add(second)
    .add(0.5 * Math.log(2 * Math.PI));
});
