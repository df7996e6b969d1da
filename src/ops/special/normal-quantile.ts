import type { Expr } from "../../graph/index.js";
import { composite, polynomial } from "./composite.js";

const central = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
    39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
  ],
] as const;
const tail = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
] as const;
const farTail = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
] as const;

/** Above sqrt(-log p) of every p above 0: beyond lies infinity alone. */
const farthest = 28;

function rational(x: Expr, [top, bottom]: readonly [readonly number[], readonly number[]]): Expr {
  return polynomial(x, top).div(polynomial(x, bottom));
}

/**
 * The normal quantile at probability 1/2 + q, where `smaller` is the probability of the nearer tail (Wichura,
 * algorithm AS 241, 1988).
 */
function quantile(q: Expr, smaller: Expr): Expr {
  const inside = q.mul(rational(q.square().neg().add(0.180625).relu(), central));
  const r = smaller.log().neg().sqrt();
  const near = rational(r.minimum(5).sub(1.6), tail);
  const far = rational(r.maximum(5).minimum(farthest).sub(5), farTail);
  const outside = r.greater(farthest).where(r, r.greater(5).where(far, near));
  return q.abs().lessEqual(0.425).where(inside, outside.mul(q.sign()));
}

/** The inverse of the error function, for -1 < y < 1; infinite at the ends, NaN beyond. Relative error 1e-14 (float64), 2e-6 (float32). */
export const erfinv: (y: Expr) => Expr = composite(
  "erfinv",
  (y) => quantile(y.mul(0.5), y.abs().neg().add(1).mul(0.5)).mul(Math.SQRT1_2),
  (y) =>
    erfinv(y)
      .square()
      .exp()
      .mul(Math.sqrt(Math.PI) / 2),
);

/**
 * The standard normal quantile (the inverse of the distribution function), for 0 < p < 1; infinite at the ends, NaN beyond. Relative error 1e-14
 * (float64), 2e-6 (float32).
 */
export const ndtri: (p: Expr) => Expr = composite(
  "ndtri",
  (p) => quantile(p.sub(0.5), p.minimum(p.neg().add(1))),
  (p) =>
    ndtri(p)
      .square()
      .mul(0.5)
      .exp()
      .mul(Math.sqrt(2 * Math.PI)),
);
