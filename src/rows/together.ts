import type { CellColumn } from "./cells.js";
import { type Group, type KnownCells, onlyAgreeing, type Settled, withKnown } from "./group.js";

/** A combination of texts that training rows have, empty for what is missing, and how often. */
export interface Combination {
  readonly texts: readonly string[];
  readonly count: number;
}

/** The combination that occurs most often among draws. */
function mostFrequentOf(draws: readonly (readonly string[])[]): readonly string[] {
  const counts = new Map<string, number>();
  const keys = draws.map((draw) => JSON.stringify(draw));
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return draws[keys.findIndex((key) => counts.get(key) === most)] ?? [];
}

/** `count` of some combinations, each as often as its frequency says. */
function byFrequency(found: readonly Combination[], count: number): (readonly string[])[] {
  const total = found.reduce((sum, one) => sum + one.count, 0);
  return Array.from({ length: count }, (_, k) => {
    let left = ((k + 0.5) / count) * total;
    return (found.find((one) => (left -= one.count) <= 0) ?? found.at(-1))?.texts ?? [];
  });
}

/** Columns of which only combinations that training rows have come out. */
export function togetherGroup(columns: readonly CellColumn[], combinations: readonly Combination[]): Group {
  const known = combinations.map(({ texts, count }) => ({
    count,
    texts: texts.map((text, i) => (columns[i]?.isMissing(text) === true ? "" : text)),
  }));
  const same = (own: string | undefined, text: string, i: number): boolean => {
    if (own === undefined || own === text) return true;
    const reading = columns[i]?.reading;
    const value = reading?.parse(own);
    return value !== undefined && value === reading?.parse(text);
  };
  const fits = (cells: KnownCells, texts: readonly string[]): boolean =>
    texts.every((text, i) => same(cells[i], text, i));
  const isWhole = (cells: KnownCells, texts: readonly string[]): boolean =>
    texts.every((text, i) => cells[i] !== undefined || text !== "");
  // most rows lack the same cells beside the same others
  const cache = new Map<string, Combination[]>();
  const candidatesOf = (cells: KnownCells): Combination[] => {
    const key = JSON.stringify(cells.map((text) => text ?? null));
    const found = cache.get(key) ?? known.filter(({ texts }) => fits(cells, texts));
    if (cache.size < 10_000) cache.set(key, found);
    return found;
  };
  return {
    columns,
    settle(cells, drawn): Settled {
      const all = candidatesOf(cells);
      const whole = all.filter(({ texts }) => isWhole(cells, texts));
      const settled = (draws: readonly (readonly string[])[], trouble?: Settled["trouble"]): Settled => {
        const own = withKnown(cells, draws);
        return { draws: own, single: mostFrequentOf(own), ...(trouble === undefined ? {} : { trouble }) };
      };
      // where a value is never there beside the known ones, its cell stays empty
      const possible = whole.length > 0 ? whole : all;
      const [first] = possible;
      if (first === undefined) return settled(drawn, "contradiction");
      if (possible.length === 1) return settled(drawn.map(() => first.texts));
      const agreeing = onlyAgreeing(
        drawn,
        (draw) => fits(cells, draw) && (whole.length === 0 || isWhole(cells, draw)),
      );
      return agreeing === undefined
        ? settled(byFrequency(possible, drawn.length), "none-drawn")
        : settled(agreeing);
    },
  };
}
