/** The number of letters to insert, drop, change or swap to get from `a` to `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** More names than these are not listed in a message. */
const mostListed = 12;
const nearestListed = 5;

/** What to add to a message about an unknown `name`: the closest of `known`, all of them if they are few, or some. */
export function suggestion(name: string, known: readonly string[]): string {
  const ranked = known.map((other) => ({ other, distance: editDistance(name, other) }));
  ranked.sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined) return "there is none to choose from";
  const near = best.distance <= Math.max(1, Math.floor(name.length / 3));
  const begins = known.filter((other) => name.length > 2 && other.startsWith(name));
  if (near) return `did you mean "${best.other}"?`;
  if (begins.length > 0) return `did you mean ${begins.map((other) => `"${other}"`).join(" or ")}?`;
  if (known.length <= mostListed) return `choose from ${known.join(", ")}`;
  const nearest = ranked.slice(0, nearestListed).map(({ other }) => other);
  return `the nearest of ${known.length} are ${nearest.join(", ")}`;
}
