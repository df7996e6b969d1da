import { grad } from "../../autodiff/index.js";
import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { type TensorLike, toNumbers } from "../../tensor/index.js";
import { SeededNoise } from "./noise.js";
import type { Findings } from "./report.js";
import { type ContractEvaluate, type ContractSubject, placeParams } from "./subject.js";

/** What the check of extreme parameters uses of a contract. */
export interface ExtremesSubject<P extends string> {
  readonly subject: ContractSubject<P>;
  readonly options: {
    readonly evaluate: ContractEvaluate;
    readonly extremes?: readonly Readonly<Record<P, TensorLike>>[];
  };
  readonly findings: Findings;
  readonly seed: number;
}

/** Draws, their log-densities and the gradients of these are finite at extreme parameters, in both types. */
export async function checkExtremes<P extends string>(c: ExtremesSubject<P>): Promise<void> {
  for (const [i, params] of (c.options.extremes ?? []).entries()) {
    for (const dtype of ["float32", "float64"] as const) {
      const placed = placeParams(params, dtype);
      const p = c.subject.of(placed.nodes);
      const noise = new SeededNoise(dtype, c.seed + 3);
      const x = (p.rsample ?? p.sample)?.call(p, noise, [1000]) ?? p.mean?.();
      if (x === undefined) continue;
      const nodes = Object.values<Expr>(placed.nodes);
      const logProb = p.logProb(x);
      const slopes = grad(logProb.mean(), nodes);
      const values = await c.options.evaluate(
        { x, logProb, ...Object.fromEntries(slopes.map((g, k) => [`d${k}`, g])) },
        { ...placed.feeds, ...noise.feeds },
      );
      const all = Object.values(values).flatMap((value) => toNumbers(value));
      c.findings.finite(`extreme parameters ${i} stay finite in ${dtype}`, all);
    }
  }
}
