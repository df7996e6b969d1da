import type { Expr } from "../graph/index.js";
import { UserError } from "../tensor/index.js";
import type { Objective } from "./objective.js";

/** The `leastBatch` of objectives that compare the codes of a batch with each other or with as many draws. */
export const comparable = 2;

/**
 * False of a batch of one example: codes can't be compared then, and what compares them weighs nothing. (A single
 * code against a single draw of the prior would be pulled towards a random point.)
 */
export function isComparable({ shape }: Expr): boolean {
  const [batch] = shape;
  return typeof batch !== "number" || batch >= comparable;
}

/** Throws a UserError for batches, or a number of examples, below the objective's `leastBatch`. */
export function requireLeastBatch(objective: Objective, batchSize: number, examples = Infinity): void {
  const least = objective.leastBatch ?? 1;
  const need = `${objective.name} compares the examples of a batch with each other and needs at least ${least}`;
  if (batchSize < least) {
    throw new UserError(`${need}; choose a larger batchSize than ${batchSize}, such as 128`, 2);
  }
  if (examples < least) {
    throw new UserError(`${need}; there ${examples === 1 ? "is" : "are"} only ${examples} to train with`, 2);
  }
}
