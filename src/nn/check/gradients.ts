import { grad } from "../../autodiff/index.js";
import { constant, type Expr, input } from "../../graph/index.js";
import { type Tensor, tensorFrom, toNumbers } from "../../tensor/index.js";
import type { Mode } from "../context.js";
import { requireClose } from "./numbers.js";
import { drawn } from "./place.js";
import { Placed, type Subject } from "./subject.js";

const step = 1e-3;
/** Far above the error of the finite differences (1e-9) and far below that of a wrong rule. */
const tolerance = 1e-6;
const float32Tolerance = 1e-4;
/** Places to try: a bias of a convolution moves all pixels at once, so that most places have a kink of some ReLU near. */
const points = 20;

/** A loss that depends on every number of `y`: its product with fixed random numbers, summed. */
function lossOf(y: Expr, seed: number): Expr {
  return y.mul(constant(drawn(seed, "cotangent", y.shape as readonly number[]), y.dtype)).sum();
}

/** A number to feed. */
function scalar(value: number): Tensor {
  return tensorFrom("a move", value, "float64");
}

/** How far, in steps, each target is moved along its direction. */
const moves = [-2, -1, -0.5, 0.5, 1, 2] as const;

/** A derivative along a direction: by the graph, and by finite differences of two widths. */
interface Slope {
  readonly exact: number;
  readonly wide: number;
  readonly narrow: number;
}

/** The slope along a random direction of each of the targets `names`; of all of them by default. */
async function slopes(
  subject: Subject,
  mode: Mode,
  lead: readonly number[],
  only?: ReadonlySet<string>,
): Promise<Map<string, Slope>> {
  const { seed } = subject;
  const placed = new Placed(subject, mode, lead);
  const { targets } = placed;
  const names = Object.keys(targets).filter((name) => only?.has(name) ?? true);
  const directions = new Map(
    names.map((name) => [
      name,
      constant(drawn(seed, `direction:${name}`, targets[name]?.shape as readonly number[])),
    ]),
  );
  const at = (name: string): Expr => targets[name] as Expr;
  const along = (name: string): Expr => directions.get(name) as Expr;

  const gradients = grad(lossOf(placed.apply(), seed), names.map(at));
  const exact = await placed.run(
    Object.fromEntries(names.map((name, i) => [name, (gradients[i] as Expr).mul(along(name)).sum()])),
  );

  // One graph, in which each target moves by a number that is fed: it is compiled once where the engine keeps it.
  const moved = names.map(
    (name) => [name, at(name).add(along(name).mul(input(`move:${name}`, "float64", [])))] as const,
  );
  const graph = { loss: lossOf(placed.apply(Object.fromEntries(moved)), seed) };
  const still = Object.fromEntries(names.map((name) => [`move:${name}`, scalar(0)]));
  const found = new Map<string, Slope>();
  for (const name of names) {
    const losses = new Map<number, number>();
    for (const by of moves) {
      const { loss } = await placed.run(graph, { ...still, [`move:${name}`]: scalar(by * step) });
      losses.set(by, toNumbers(loss as Tensor)[0] as number);
    }
    const across = (by: number): number => (losses.get(by) as number) - (losses.get(-by) as number);
    const rule = (h: number): number => (8 * across(h) - across(2 * h)) / (12 * h * step);
    found.set(name, {
      exact: toNumbers(exact[name] as Tensor)[0] as number,
      wide: rule(1),
      narrow: rule(0.5),
    });
  }
  return found;
}

/** The gradients by input and parameters against finite differences, in float64. Where there is a kink, elsewhere. */
export async function checkGradients(subject: Subject, mode: Mode, lead: readonly number[]): Promise<void> {
  let open: Set<string> | undefined;
  for (let point = 0; point < points; point++) {
    const found = await slopes({ ...subject, seed: subject.seed + point }, mode, lead, open);
    open ??= new Set(found.keys());
    for (const [name, { exact, wide, narrow }] of found) {
      if (Math.abs(wide - narrow) > (tolerance / 10) * Math.max(1, Math.abs(wide))) continue;
      requireClose(`gradient by ${name}`, [exact], [narrow], tolerance);
      open.delete(name);
    }
    if (open.size === 0) return;
  }
  throw new Error(
    `finite differences by ${[...(open ?? [])].join(", ")} don't settle at any of ${points} points`,
  );
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
