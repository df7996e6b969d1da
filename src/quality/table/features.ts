import type { Feature } from "../boosting/bins.js";
import { isCategory, MISSING_LABEL, type Role, type TypedColumn } from "./columns.js";

/** Beyond this many categories the rarest share one number. */
const MOST_CATEGORIES = 250;

/** Numbers of categories by how often they occur in all of the tables: 0 is the most frequent, NaN is missing. */
function ranks(labels: number, tables: readonly Int32Array[]): Float64Array {
  const counts = new Float64Array(labels);
  for (const codes of tables) for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const order = Array.from(counts.keys())
    .filter((label) => label !== MISSING_LABEL && (counts[label] ?? 0) > 0)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
  const out = new Float64Array(labels).fill(Number.NaN);
  order.forEach((label, rank) => (out[label] = Math.min(rank, MOST_CATEGORIES)));
  return out;
}

/** Columns as features of a classifier, one set a table. */
export function featuresOf(columns: readonly TypedColumn[], roles: readonly Role[]): Feature[][] {
  const byColumn = columns.map((column) => {
    if (!isCategory(column)) return roles.map((role) => ({ values: column[role], category: false }));
    const rank = ranks(
      column.labels.length,
      roles.map((role) => column[role]),
    );
    return roles.map((role) => ({
      values: Float64Array.from(column[role], (code) => rank[code] ?? Number.NaN),
      category: true,
    }));
  });
  return roles.map((_, r) =>
    byColumn.map((own) => own[r] ?? { values: new Float64Array(0), category: false }),
  );
}
