import { groupsOf, type ModelColumn } from "../../catalogue/index.js";
import { constant, type Expr } from "../../graph/index.js";
import { indices, type NoiseSource } from "../../nn/index.js";
import type { FloatType } from "../../tensor/index.js";

type Sees = (head: number, column: number) => boolean;

/** Which columns heads see, as ones and zeros [seen, head]; each sees its own gate. */
function table(columns: readonly ModelColumn[], sees: Sees): number[][] {
  return columns.map((_, column) =>
    columns.map(({ gate }, head) => (gate === column || sees(head, column) ? 1 : 0)),
  );
}

/** Each head sees the columns of the table before its own, in the table's order. */
export function inOrder(columns: readonly ModelColumn[], dtype: FloatType): Expr {
  const groups = groupsOf(columns);
  return constant(
    table(columns, (head, column) => (groups[column] ?? 0) < (groups[head] ?? 0)),
    dtype,
  );
}

/** Each head sees all columns of the table but its own. */
export function allOthers(columns: readonly ModelColumn[], dtype: FloatType): Expr {
  const groups = groupsOf(columns);
  return constant(
    table(columns, (head, column) => groups[column] !== groups[head]),
    dtype,
  );
}

/** As `inOrder`, in an order of the table's columns that noise decides. */
export function inRandomOrder(columns: readonly ModelColumn[], dtype: FloatType, noise: NoiseSource): Expr {
  const groups = groupsOf(columns);
  const turn = noise.draw("uniform", [(groups.at(-1) ?? 0) + 1]).gather(indices(groups));
  const earlier = turn.unsqueeze(1).less(turn.unsqueeze(0)).cast(dtype);
  const gates = table(columns, () => false);
  return gates.flat().includes(1) ? earlier.add(constant(gates, dtype)) : earlier;
}
