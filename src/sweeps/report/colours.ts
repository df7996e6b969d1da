/** From the best trials to the worst: dark to light blue, to be told apart on white and on black. */
const best = [20, 83, 190] as const;
const worst = [196, 208, 226] as const;

/** The colour of a trial by its rank from 0, the best, to 1. */
export function rankColour(rank: number): string {
  const mixed = best.map((from, i) => Math.round(from + rank * ((worst[i] ?? 0) - from)));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
