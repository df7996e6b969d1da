import { constant, type Expr } from "../graph/index.js";
import { customGradient } from "../ops/index.js";
import { gaussLegendre } from "../ops/special/quadrature.js";
import type { FloatType } from "../tensor/index.js";

/**
 * A kind of rotationally symmetric distribution on the sphere: the angle t from its centre has the density
 * sin(t)^(m-2) exp(-concentration * energy(t)), up to a factor.
 */
export interface PolarKind {
  /** 0 at the centre and rising up to the angle pi. */
  energy(angle: Expr): Expr;
  /** Where the density of the angle is largest, and how wide it is there: 1 / sqrt(-(log density)''). */
  shape(concentration: Expr, dimensions: number): { readonly mode: Expr; readonly width: Expr };
  /**
   * Closed forms of the mean cosine of the angle, its variance, and the variance in each direction across the centre's.
   */
  moments?(concentration: Expr, dimensions: number): Readonly<Record<"cosine" | "along" | "sideways", Expr>>;
  /** Closed forms of the log-normaliser and the mean energy, where there are some. */
  exact?(concentration: Expr, dimensions: number): { readonly logNormalizer: Expr; readonly energy: Expr };
}

/** How finely integrals over the angle are cut: to about 1e-11 in float64 and 1e-6 in float32. */
const resolutions = {
  float32: { panels: 24, nodes: 4, newton: 5, side: 20, tiny: 1e-37 },
  float64: { panels: 64, nodes: 6, newton: 7, side: 48, tiny: 1e-300 },
} as const;

/** Beyond this many widths from the mode there is less than 1e-14 of the mass. */
const reach = 16;

/** Adds axes of length 1 at the end. */
function widen(x: Expr, axes: number): Expr {
  return axes === 0 ? x : x.reshape([...x.shape, ...new Array<number>(axes).fill(1)]);
}

/**
 * The distribution of the angle between a draw and the centre, for concentrations of any batch shape. Its
 * normaliser, expectations and inverse distribution function are integrals in one dimension; they are computed
 * in the graph by Gauss-Legendre quadrature on panels around the mode, so that one uniform number gives one
 * draw, without rejection, in any number of dimensions.
 */
export class PolarAngle {
  private readonly dtype: FloatType;
  private readonly low: Expr;
  private readonly high: Expr;
  private readonly width: Expr;
  /** Length of a panel, [batch]. */
  private readonly step: Expr;
  /** The log-density at the mode, taken out of all exponents. */
  private readonly reference: Expr;
  /** Angles of the table's nodes and their masses, [batch, panels, nodes]. */
  private readonly angles: Expr;
  private readonly masses: Expr;

  constructor(
    private readonly kind: PolarKind,
    private readonly concentration: Expr,
    private readonly dimensions: number,
  ) {
    this.dtype = concentration.dtype as FloatType;
    const { panels, nodes } = resolutions[this.dtype];
    const { mode, width } = kind.shape(concentration.stopGradient(), dimensions);
    this.width = width;
    this.low = mode.sub(width.mul(reach)).maximum(0);
    this.high = mode.add(width.mul(reach)).minimum(Math.PI);
    this.step = this.high.sub(this.low).div(panels);
    this.reference = this.rawLogDensity(mode, concentration.stopGradient());
    const rule = gaussLegendre(nodes);
    const places = Array.from({ length: panels }, (_, i) => rule.points.map((node) => i + node));
    this.angles = widen(this.step, 2).mul(constant(places, this.dtype)).add(widen(this.low, 2));
    this.masses = this.density(this.angles, 2)
      .mul(constant(rule.weights, this.dtype))
      .mul(widen(this.step, 2));
  }

  private rawLogDensity(angle: Expr, concentration: Expr): Expr {
    const pull = this.kind.energy(angle).mul(concentration).neg();
    const { tiny } = resolutions[this.dtype];
    if (this.dimensions === 2) return pull;
    return angle
      .sin()
      .maximum(tiny)
      .log()
      .mul(this.dimensions - 2)
      .add(pull);
  }

  /** The density relative to the mode's at angles with `axes` axes more than the batch has. */
  private density(angle: Expr, axes: number): Expr {
    const reference = widen(this.reference, axes);
    return this.rawLogDensity(angle, widen(this.concentration, axes)).sub(reference).exp();
  }

  private get total(): Expr {
    return this.masses.sum([-1, -2]);
  }

  /** The logarithm of the integral of sin(t)^(m-2) exp(-concentration * energy(t)), [batch]. */
  logNormalizer(): Expr {
    const exact = this.kind.exact?.(this.concentration, this.dimensions);
    if (exact !== undefined) return exact.logNormalizer;
    return this.total.log().add(this.reference);
  }

  /** The expectation of the energy, [batch]. */
  meanEnergy(): Expr {
    const exact = this.kind.exact?.(this.concentration, this.dimensions);
    return exact?.energy ?? this.expectation((t) => this.kind.energy(t));
  }

  /** The expectation of a function of the angle, [batch]; differentiable by the concentration. */
  expectation(f: (angle: Expr) => Expr): Expr {
    return this.masses.mul(f(this.angles)).sum([-1, -2]).div(this.total);
  }

  /**
   * The angles below which a draw lies with probabilities `u` [..., batch]. The gradient by the concentration
   * is the implicit one (Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients, 2018):
   * -(dF/dconcentration) / density.
   */
  quantile(u: Expr): Expr {
    const angle = this.invert(u).stopGradient();
    const shape = this.concentration.shape;
    return customGradient(angle, [this.concentration], (grad, output) => [
      grad.mul(this.slope(output)).sumTo(shape),
    ]);
  }

  private invert(u: Expr): Expr {
    const { nodes, newton, tiny } = resolutions[this.dtype];
    const edges = this.masses.sum(-1).cumsum(-1);
    const total = edges.slice(-1, -1);
    const inner = edges.slice(-1, 0, -1);
    const aim = u.unsqueeze(-1).mul(total);
    const passed = inner.lessEqual(aim);
    const before = passed.where(inner, 0).max(-1);
    const after = passed.where(total, inner).min(-1);
    const panel = passed.cast(this.dtype).sum(-1);
    const rest = aim.squeeze(-1).sub(before);
    const start = panel.mul(this.step).add(this.low);
    const rule = gaussLegendre(nodes);
    const places = constant(rule.points, this.dtype);
    const weights = constant(rule.weights, this.dtype);
    let x = this.firstGuess(rest, after.sub(before).maximum(tiny), panel);
    for (let i = 0; i < newton; i++) {
      const inside = this.density(x.unsqueeze(-1).mul(places).add(start.unsqueeze(-1)), 1);
      const mass = inside.mul(weights).sum(-1).mul(x);
      const change = mass.sub(rest).div(this.density(start.add(x), 0).maximum(tiny));
      x = x.sub(change).maximum(0).minimum(this.step);
    }
    return start.add(x);
  }

  /**
   * Where in its panel the mass `rest` of `mass` is reached, if the density is flat there, or, at the angles 0
   * and pi, a power of the distance: from elsewhere Newton's method would creep to such a root.
   */
  private firstGuess(rest: Expr, mass: Expr, panel: Expr): Expr {
    const { panels } = resolutions[this.dtype];
    const part = rest.div(mass).clamp(0, 1);
    const root = 1 / (this.dimensions - 1);
    const fromZero = panel.equal(0).and(this.low.equal(0));
    const toPi = panel.equal(panels - 1).and(this.high.greater(Math.PI - 1e-3));
    const other = toPi.where(part.neg().add(1).pow(root).neg().add(1), part);
    return fromZero.where(part.pow(root), other).mul(this.step);
  }

  /**
   * d angle / d concentration at fixed probability. Of the two halves on either side of the angle the one is
   * integrated in which energy - E(energy) keeps its sign, so that nothing cancels.
   */
  private slope(angle: Expr): Expr {
    const { side } = resolutions[this.dtype];
    const rule = gaussLegendre(side);
    const mean = this.meanEnergy().stopGradient();
    const above = this.kind.energy(angle).greater(mean);
    const reached = this.width.mul(0.875 * reach);
    const end = above.where(angle.add(reached).minimum(this.high), angle.sub(reached).maximum(this.low));
    const span = angle.sub(end);
    // squares of the points: closer together at the far end, where an energy may go to infinity
    const nodes = span
      .unsqueeze(-1)
      .mul(
        constant(
          rule.points.map((y) => y * y),
          this.dtype,
        ),
      )
      .add(end.unsqueeze(-1));
    const concentration = this.concentration.stopGradient();
    const here = this.rawLogDensity(angle, concentration).unsqueeze(-1);
    const ratio = this.rawLogDensity(nodes, widen(concentration, 1)).sub(here).exp();
    const excess = this.kind.energy(nodes).sub(widen(mean, 1)).abs();
    const weights = constant(
      rule.points.map((y, i) => 2 * y * (rule.weights[i] ?? 0)),
      this.dtype,
    );
    return ratio.mul(excess).mul(weights).sum(-1).mul(span.abs()).neg();
  }
}
