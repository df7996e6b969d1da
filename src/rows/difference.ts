import { type CellColumn, centre } from "./cells.js";
import { type Group, onlyAgreeing, type Settled, withKnown } from "./group.js";

/** Two columns of which the first is never below the second. */
export function differenceGroup(above: CellColumn, below: CellColumn): Group {
  const [upper, lower] = [above.reading, below.reading];
  if (upper === undefined || lower === undefined) throw new Error(`"${above.name}" is no difference`);
  const pair = (draw: readonly string[]): [a: number, b: number] => [
    upper.parse(draw[0] ?? "") ?? Number.NaN,
    lower.parse(draw[1] ?? "") ?? Number.NaN,
  ];
  const holds = (draw: readonly string[]): boolean => {
    const [a, b] = pair(draw);
    return a >= b;
  };
  const stepOf = ({ described: { kind, decimals } }: CellColumn): number =>
    ["date", "datetime", "time"].includes(kind) ? 1 : 10 ** -(decimals ?? 9);
  /** A number as text, and where rounding broke the order, one step further. */
  const upward = (value: number, least: number): string =>
    upper.format(upper.round(value) >= least ? value : upper.round(value + stepOf(above)));
  const downward = (value: number, greatest: number): string =>
    lower.format(lower.round(value) <= greatest ? value : lower.round(value - stepOf(below)));
  const settled = (draws: readonly (readonly string[])[], trouble?: Settled["trouble"]): Settled => {
    const first = draws[0] ?? [];
    const means = [above, below].map((column, i) => {
      const texts = draws.map((draw) => draw[i] ?? "");
      return texts.every((text) => text === first[i]) ? (first[i] ?? "") : centre(texts, column);
    });
    const [a, b] = pair(means);
    const distance = (draw: readonly string[]): number => {
      const [ownA, ownB] = pair(draw);
      return Math.abs(ownA - a) + Math.abs(ownB - b);
    };
    const whole = draws.reduce((best, draw) => (distance(draw) < distance(best) ? draw : best), first);
    return { draws, single: holds(means) ? means : whole, ...(trouble === undefined ? {} : { trouble }) };
  };
  return {
    columns: [above, below],
    settle([a, b], drawn) {
      if (a === undefined && b === undefined) return settled(drawn);
      if (a === undefined) {
        const base = lower.parse(b ?? "") ?? Number.NaN;
        return settled(
          drawn.map((draw) => {
            const [ownA, ownB] = pair(draw);
            return [upward(base + Math.max(0, ownA - ownB), base), b ?? ""];
          }),
        );
      }
      const top = upper.parse(a) ?? Number.NaN;
      const agreeing = onlyAgreeing(withKnown([a, b], drawn), holds);
      if (agreeing !== undefined) return settled(agreeing);
      const others = drawn.map((draw) => {
        const [ownA, ownB] = pair(draw);
        return [a, downward(top - Math.max(0, ownA - ownB), top)];
      });
      return settled(others, "none-drawn");
    },
  };
}
