import { groupsOf, type ModelColumn } from "../../catalogue/index.js";
import { constant, type Expr } from "../../graph/index.js";
import { indices, type NoiseSource } from "../../nn/index.js";
import type { FloatType } from "../../tensor/index.js";

/** 1 where a column's gate stands, [column, gate]. */
function gates(columns: readonly ModelColumn[]): number[][] {
  return columns.map(({ gate }) => columns.map((_, j) => (gate === j ? 1 : 0)));
}

/**
 * Which columns the head of a column sees, [seen, head]: those of earlier columns of the table, and its own gate. The order
 * of the table's columns is their own or, with noise, a random one.
 */
export function visible(columns: readonly ModelColumn[], dtype: FloatType, noise?: NoiseSource): Expr {
  const groups = groupsOf(columns);
  if (noise === undefined) {
    const earlier = groups.map((own, i) =>
      groups.map((other, head) => (own < other || columns[head]?.gate === i ? 1 : 0)),
    );
    return constant(earlier, dtype);
  }
  const count = (groups.at(-1) ?? 0) + 1;
  const turn = noise.draw("uniform", [count]).gather(indices(groups));
  const earlier = turn.unsqueeze(1).less(turn.unsqueeze(0)).cast(dtype);
  const own = gates(columns);
  return own.flat().includes(1) ? earlier.add(constant(own, dtype).transpose()) : earlier;
}
