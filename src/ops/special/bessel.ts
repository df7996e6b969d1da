import { be, requireArgument } from "../../tensor/index.js";
import { type Expr, requireExpression } from "../../graph/index.js";
import { customGradient } from "../gradient-control.js";
import { polynomial } from "./composite.js";

type Polynomial = number[];

function multiply(a: Polynomial, b: Polynomial): Polynomial {
  const out = new Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      out[i + j] = (out[i + j] ?? 0) + x * y;
    });
  });
  return out;
}

/** Debye's polynomials u_0..u_count in p (DLMF 10.41.9). */
function debye(count: number): Polynomial[] {
  const list: Polynomial[] = [[1]];
  while (list.length <= count) {
    const before = list.at(-1) as Polynomial;
    const next = new Array<number>(before.length + 3).fill(0);
    before.forEach((c, e) => {
      next[e + 1] = (next[e + 1] ?? 0) + c * (e / 2 + 1 / (8 * (e + 1)));
      next[e + 3] = (next[e + 3] ?? 0) - c * (e / 2 + 5 / (8 * (e + 3)));
    });
    list.push(next);
  }
  return list;
}

/** log(sum of u_k(p) / order^k) up to k = count, as one polynomial in p. */
function logDebye(order: number, count: number): Polynomial {
  const u = debye(count);
  const logs: Polynomial[] = [[0]];
  for (let n = 1; n <= count; n++) {
    const d = [...(u[n] as Polynomial)];
    for (let j = 1; j < n; j++) {
      multiply(logs[j] as Polynomial, u[n - j] as Polynomial).forEach((c, e) => {
        d[e] = (d[e] ?? 0) - (j / n) * c;
      });
    }
    logs.push(d);
  }
  const total = new Array<number>(3 * count + 1).fill(0);
  logs.forEach((d, k) => {
    d.forEach((c, e) => {
      total[e] = (total[e] ?? 0) + c / order ** k;
    });
  });
  return total;
}

function requireOrder(name: string, order: number, x: Expr): void {
  requireArgument(name, "the order", order, be.number(0));
  requireExpression(name, x);
}

interface Start {
  readonly order: number;
  readonly steps: number;
  /** log(I_order(x) / x^order), less x if `scaled`. */
  readonly log: Expr;
  /** I_{order + 1}(x) / (x I_order(x)). */
  readonly ratio: Expr;
}

/** Debye's uniform expansion at `order` plus as many steps as make it precise (DLMF 10.41.3). */
function start(order: number, x: Expr, scaled = false): Start {
  const [least, count] = x.dtype === "float64" ? [16, 8] : [8, 4];
  const steps = Math.max(0, Math.ceil(least - order));
  const mu = order + steps;
  const series = logDebye(mu, count);
  const slope = series.slice(1).map((c, i) => c * (i + 1));
  const s = x
    .square()
    .add(mu * mu)
    .sqrt();
  const p = s.reciprocal().mul(mu);
  const q = s.add(mu);
  return {
    order: mu,
    steps,
    log: (scaled
      ? s
          .add(x)
          .reciprocal()
          .mul(mu * mu)
      : s
    )
      .sub(q.log().mul(mu))
      .sub(s.log().mul(0.5))
      .add(polynomial(p, series))
      .sub(0.5 * Math.log(2 * Math.PI)),
    ratio: q.reciprocal().sub(
      p
        .square()
        .mul(p.mul(polynomial(p, slope)).add(0.5))
        .mul(1 / (mu * mu)),
    ),
  };
}

/** I_{order + 1} / (x I_order) at `order`, order + 1, ... up to where Debye's expansion starts; all positive. */
function scaledRatios(order: number, x: Expr, { steps, ratio }: Start): Expr[] {
  const squared = x.square();
  const list = [ratio];
  for (let k = steps; k > 0; k--) {
    const next = (list[0] as Expr)
      .mul(squared)
      .add(2 * (order + k))
      .reciprocal();
    list.unshift(next);
  }
  return list;
}

/** Coefficients in 1/x of 1 - I_{order + 1}/I_order for large x, from Riccati's equation r' = 1 - (2v+1)r/x - r^2. */
function largeRatio(order: number, count: number): Polynomial {
  const a = [1];
  for (let k = 1; k <= count; k++) {
    const last = a[k - 1] ?? 0;
    let sum = (k - 1) * last - (2 * order + 1) * last;
    for (let i = 1; i < k; i++) sum -= (a[i] ?? 0) * (a[k - i] ?? 0);
    a.push(sum / 2);
  }
  return a.map((c, i) => (i === 0 ? 0 : -c));
}

/** The ratio and its distance from 1, each without cancellation. */
function ratioParts(order: number, x: Expr): { ratio: Expr; rest: Expr } {
  const far = Math.max(60, 2 * order * order);
  const near = x.minimum(far);
  const ratio = near.mul(scaledRatios(order, near, start(order, near))[0] as Expr);
  const rest = polynomial(x.maximum(far).reciprocal(), largeRatio(order, 12));
  const isFar = x.greater(far);
  return { ratio: isFar.where(rest.neg().add(1), ratio), rest: isFar.where(rest, ratio.neg().add(1)) };
}

/**
 * I_{order + 1}(x) / I_order(x) for x >= 0 and a fixed order >= 0: 0 at 0, rising to 1. With order d/2 - 1 it
 * is the mean length of the von Mises-Fisher distribution in d dimensions. Relative error 1e-10 (float64) or
 * 1e-5 (float32), its derivative's too for x up to 1e6.
 */
export function besselRatio(order: number, x: Expr): Expr {
  requireOrder("besselRatio", order, x);
  return ratioParts(order, x).ratio;
}

/** 1 - `besselRatio`, without cancellation where the ratio is close to 1. */
export function besselRatioComplement(order: number, x: Expr): Expr {
  requireOrder("besselRatioComplement", order, x);
  return ratioParts(order, x).rest;
}

function logOverPower(order: number, x: Expr, scaled: boolean): Expr {
  const from = start(order, x, scaled);
  const ratios = scaledRatios(order, x, from).slice(0, from.steps);
  let value = from.log;
  for (let i = 0; i < ratios.length; i += 4) {
    value = value.sub(
      ratios
        .slice(i, i + 4)
        .reduce((product, ratio) => product.mul(ratio))
        .log(),
    );
  }
  return customGradient(value, [x], (grad) => {
    const { ratio, rest } = ratioParts(order, x);
    return [scaled ? grad.mul(rest).neg() : grad.mul(ratio)];
  });
}

/**
 * log(I_order(x) / x^order) for x >= 0 and a fixed order >= 0, where I is the modified Bessel function of the
 * first kind: smooth at 0, where it is -order log 2 - lgamma(order + 1). Within 1e-11 (float64) or 1e-5
 * (float32) of max(1, |y|); its gradient is `besselRatio`.
 */
export function logBesselIOverPower(order: number, x: Expr): Expr {
  requireOrder("logBesselIOverPower", order, x);
  return logOverPower(order, x, false);
}

/**
 * log(exp(-x) I_order(x) / x^order) for x >= 0 and a fixed order >= 0: as `logBesselIOverPower`, without the
 * growth by x that would cancel elsewhere. Its gradient is minus `besselRatioComplement`.
 */
export function logBesselIScaled(order: number, x: Expr): Expr {
  requireOrder("logBesselIScaled", order, x);
  return logOverPower(order, x, true);
}

/**
 * log of the modified Bessel function of the first kind, I_order(x), for x > 0 and a fixed order >= 0, whole or
 * not. Debye's uniform expansion at a high order and the downward recurrence, which is stable. Within 1e-11
 * (float64) or 1e-5 (float32) of max(1, |y|).
 */
export function logBesselI(order: number, x: Expr): Expr {
  const smooth = logBesselIOverPower(order, x);
  if (order > 0) return smooth.add(x.log().mul(order));
  // Relatively accurate at small arguments too, where it is about x^2 / 4: the power series.
  const near = x.less(1);
  const quarter = near.where(x, 0).square().mul(0.25);
  const series = polynomial(quarter, [0, 1, 1 / 4, 1 / 36, 1 / 576, 1 / 14400, 1 / 518400]);
  return customGradient(near.where(series.log1p(), smooth), [x], (grad) => [grad.mul(besselRatio(0, x))]);
}
