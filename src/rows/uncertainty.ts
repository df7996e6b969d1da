import { type CellColumn, distance, numbersIn } from "./cells.js";

/** How sure a filled cell is, over all draws. */
export interface Uncertainty {
  /** Of numbers, their standard deviation; of dates in days, of times in seconds. */
  readonly deviation?: number;
  /** Of numbers, dates and times, the 5 % quantile of the draws, as the column writes it. */
  readonly low?: string;
  /** The 95 % quantile. */
  readonly high?: string;
  /** Of texts, the share of the draws that are the value. */
  readonly probability?: number;
}

/** A quantile of ascending numbers, on straight lines between them. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

/** How sure a text for a cell is, of the draws of it. */
export function uncertaintyOf(text: string, draws: readonly string[], column: CellColumn): Uncertainty {
  const { reading } = column;
  const value = reading?.parse(text);
  if (reading === undefined || value === undefined) {
    return { probability: draws.filter((draw) => draw === text).length / draws.length };
  }
  const off = numbersIn(draws, column).map((one) => distance(one, value, column));
  const mean = off.reduce((sum, one) => sum + one, 0) / off.length;
  const squares = off.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const sorted = [...off].sort((a, b) => a - b);
  return {
    deviation: off.length > 1 ? Math.sqrt(squares / (off.length - 1)) : 0,
    low: reading.format(value + quantile(sorted, 0.05)),
    high: reading.format(value + quantile(sorted, 0.95)),
  };
}
