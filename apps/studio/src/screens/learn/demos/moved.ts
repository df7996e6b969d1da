/** How far codes [n, 2] have moved from where they were, on average. */
export function movedBy(from: ArrayLike<number>, to: ArrayLike<number>): number {
  if (from.length !== to.length || to.length === 0) return 0;
  let sum = 0;
  for (let i = 0; i + 1 < to.length; i += 2) {
    sum += Math.hypot(
      (to[i] as number) - (from[i] as number),
      (to[i + 1] as number) - (from[i + 1] as number),
    );
  }
  return sum / (to.length / 2);
}

export function meanOf(values: ArrayLike<number> | undefined): number | undefined {
  if (values === undefined || values.length === 0) return undefined;
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
