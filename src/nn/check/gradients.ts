import { grad } from "../../autodiff/index.js";
import { constant, type Expr } from "../../graph/index.js";
import { type Tensor, toNumbers } from "../../tensor/index.js";
import type { Mode } from "../context.js";
import { requireClose } from "./numbers.js";
import { drawn } from "./place.js";
import { Placed, type Subject } from "./subject.js";

const step = 1e-3;
/** Far above the error of the finite differences (1e-9) and far below that of a wrong rule. */
const tolerance = 1e-6;
const float32Tolerance = 1e-4;
const points = 6;

/** A loss that depends on every number of `y`: its product with fixed random numbers, summed. */
function lossOf(y: Expr, seed: number): Expr {
  return y.mul(constant(drawn(seed, "cotangent", y.shape as readonly number[]), y.dtype)).sum();
}

/** Derivatives along a random direction of each target: of the graph, and by finite differences of two widths. */
async function slopes(
  subject: Subject,
  mode: Mode,
  lead: readonly number[],
): Promise<Map<string, readonly [number, number, number]>> {
  const { seed } = subject;
  const placed = new Placed(subject, mode, lead);
  const names = Object.keys(placed.targets);
  const directions = names.map((name) =>
    constant(drawn(seed, `direction:${name}`, placed.targets[name]?.shape as readonly number[])),
  );
  const gradients = grad(lossOf(placed.apply(), seed), Object.values(placed.targets));
  const exprs: Record<string, Expr> = {};
  names.forEach((name, i) => {
    const target = placed.targets[name] as Expr;
    const direction = directions[i] as Expr;
    exprs[`exact ${i}`] = (gradients[i] as Expr).mul(direction).sum();
    for (const by of [-2, -1, -0.5, 0.5, 1, 2]) {
      const moved = target.add(direction.mul(by * step));
      exprs[`${by} ${i}`] = lossOf(placed.apply({ [name]: moved }), seed);
    }
  });
  const results = await placed.run(exprs);
  const at = (name: string): number => toNumbers(results[name] as Tensor)[0] as number;
  const rule = (i: number, h: number): number =>
    (8 * (at(`${h} ${i}`) - at(`${-h} ${i}`)) - (at(`${2 * h} ${i}`) - at(`${-2 * h} ${i}`))) /
    (12 * h * step);
  return new Map(names.map((name, i) => [name, [at(`exact ${i}`), rule(i, 1), rule(i, 0.5)]]));
}

/** The gradients by input and parameters against finite differences, in float64. Where there is a kink, elsewhere. */
export async function checkGradients(subject: Subject, mode: Mode, lead: readonly number[]): Promise<void> {
  const open = new Set<string>();
  for (let point = 0; point < points; point++) {
    const found = await slopes({ ...subject, seed: subject.seed + point }, mode, lead);
    if (point === 0) for (const name of found.keys()) open.add(name);
    for (const name of [...open]) {
      const [exact, wide, narrow] = found.get(name) as readonly [number, number, number];
      if (Math.abs(wide - narrow) > (tolerance / 10) * Math.max(1, Math.abs(wide))) continue;
      requireClose(`gradient by ${name}`, [exact], [narrow], tolerance);
      open.delete(name);
    }
    if (open.size === 0) return;
  }
  throw new Error(`finite differences by ${[...open].join(", ")} don't settle at any of ${points} points`);
}

/** Values, next state and gradients in float32 against float64. */
export async function checkFloat32(subject: Subject, mode: Mode, lead: readonly number[]): Promise<void> {
  const results = [];
  for (const dtype of ["float64", "float32"] as const) {
    const placed = new Placed(subject, mode, lead, { dtype });
    const y = placed.apply();
    const gradients = grad(lossOf(y, subject.seed), Object.values(placed.targets));
    const named = Object.keys(placed.targets).map(
      (name, i) => [`gradient by ${name}`, gradients[i] as Expr] as const,
    );
    const updates = Object.entries(placed.updates).map(([name, next]) => [`next ${name}`, next] as const);
    results.push(await placed.run({ value: y, ...Object.fromEntries([...named, ...updates]) }));
  }
  const [wide, narrow] = results as [Readonly<Record<string, Tensor>>, Readonly<Record<string, Tensor>>];
  for (const [name, value] of Object.entries(wide)) {
    requireClose(`${name} in float32`, narrow[name] as Tensor, value, float32Tolerance);
  }
}
