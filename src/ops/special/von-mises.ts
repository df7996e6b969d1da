import type { Expr } from "../../graph/index.js";
import { customGradient } from "../gradient-control.js";
import { besselRatioComplement } from "./bessel.js";
import { vector } from "./composite.js";
import { gaussLegendre } from "./quadrature.js";

const rule = gaussLegendre(24);

/**
 * The derivative by the concentration of an angle drawn from the von Mises distribution around 0, as it moves
 * with its quantile fixed; `angle` in -pi..pi, of the same shape. The derivative of the distribution function is
 * integrated from 0 or from pi, whichever side has no change of sign. Relative error 1e-9 (float64); in float32
 * 1e-4, relative to the distance from pi where that is below 1.
 */
export function vonMisesSlope(concentration: Expr, angle: Expr): Expr {
  const size = angle.abs();
  const rest = besselRatioComplement(0, concentration);
  const inner = size.mul(0.5).sin().square().mul(2).less(rest);
  const drop = concentration.maximum(1e-12).reciprocal().mul(160);
  const sine = size.sin();
  const reach = drop.div(sine.add(sine.square().add(drop.mul(size.cos().relu())).sqrt()));
  const length = inner.where(size, size.neg().add(Math.PI).minimum(reach));
  const from = inner.where(0, size).unsqueeze(-1);
  const t = from.add(length.unsqueeze(-1).mul(vector(rule.points, angle)));
  const versine = t.mul(0.5).sin().square().mul(2);
  const [kappa, theta] = [concentration.unsqueeze(-1), size.unsqueeze(-1)];
  const exponent = t.add(theta).mul(0.5).sin().mul(t.sub(theta).mul(0.5).sin()).mul(kappa).mul(-2);
  const integrand = versine.sub(rest.unsqueeze(-1)).abs().mul(exponent.exp());
  return integrand.mul(vector(rule.weights, angle)).sum(-1).mul(length).mul(angle.sign()).neg();
}

/** `angle`, a draw of the von Mises distribution around 0, differentiable by the concentration. */
export function vonMisesImplicit(concentration: Expr, angle: Expr): Expr {
  return customGradient(angle.stopGradient(), [concentration], (grad, output) => [
    grad.mul(vonMisesSlope(concentration, output)).sumTo(concentration.shape),
  ]);
}
