import { numericKinds, type TableColumn, type TableConstraint } from "./schema.js";
import type { ColumnSummary, SampledRows } from "./summary.js";

/** Below so many rows, that one column determines another may be chance. */
const fewRows = 50;
/** Rows for each value of the column that determines, on average. */
const rowsPerValue = 5;
/** Rows in which the other column is not what it mostly is. */
const rowsOfOthers = 20;
const mostValues = 1000;

/** The number of each text, and how many there are. */
function numbered(texts: readonly string[]): { codes: Int32Array; size: number } {
  const known = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    const code = known.get(text) ?? known.size;
    known.set(text, code);
    return code;
  });
  return { codes, size: known.size };
}

type Numbered = ReturnType<typeof numbered>;

/** Whether rows alike in `a` are alike in `b`. */
function determines(a: Numbered, b: Numbered): boolean {
  const seen = new Int32Array(a.size).fill(-1);
  for (let i = 0; i < a.codes.length; i++) {
    const [from, to] = [a.codes[i] as number, b.codes[i] as number];
    if (seen[from] === -1) seen[from] = to;
    else if (seen[from] !== to) return false;
  }
  return true;
}

function othersIn({ codes, size }: Numbered): number {
  const counts = new Int32Array(size);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return codes.length - counts.reduce((a, b) => Math.max(a, b), 0);
}

/** Columns of which the first determines the others in every row. */
export function togetherIn(
  columns: readonly TableColumn[],
  summaries: readonly ColumnSummary[],
  sample: SampledRows,
): { constraints: TableConstraint[]; notes: string[] } {
  const { rows } = sample;
  if (rows < fewRows) return { constraints: [], notes: [] };
  const candidates = columns.flatMap((column, i) => {
    const { texts, uncounted = 1 } = summaries[i] ?? { texts: [] };
    const { name, kind, use } = column;
    const usable = use !== false && !["key", "text", "constant"].includes(kind) && uncounted === 0;
    if (!usable || texts.length < 2 || texts.length > mostValues) return [];
    const own = numbered(sample.column(i));
    const chooses = numericKinds.has(kind) ? own.size <= 200 && rows >= 15 * own.size : true;
    return [
      {
        name,
        own,
        leads: chooses && rows >= rowsPerValue * own.size,
        follows: othersIn(own) >= rowsOfOthers,
      },
    ];
  });
  const taken = new Set<string>();
  const constraints: TableConstraint[] = [];
  const notes: string[] = [];
  for (const a of [...candidates].sort((one, other) => other.own.size - one.own.size)) {
    if (!a.leads || taken.has(a.name)) continue;
    const followers = candidates.filter(
      (b) =>
        b !== a && b.follows && !taken.has(b.name) && b.own.size <= a.own.size && determines(a.own, b.own),
    );
    if (followers.length === 0) continue;
    const names = followers.map(({ name }) => name);
    for (const name of [a.name, ...names]) taken.add(name);
    constraints.push({ type: "together", columns: [a.name, ...names] });
    notes.push(
      `"${a.name}" determines ${names.map((name) => `"${name}"`).join(" and ")} in every row, so only combinations ` +
        'that occur come out ("constraints" in the schema).',
    );
  }
  return { constraints, notes };
}
