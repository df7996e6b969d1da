import { applied, columnOf, percent, shareAgainstConstraint } from "./contradictions.js";
import type { ChoicesColumn, FittedTable } from "./fitted.js";
import { readingOfColumn } from "./reading.js";
import type { TextTable } from "./texts.js";

/** What of further rows a model doesn't see, in plain data; of parts it can be put together. */
export interface StrangeFound {
  /** By column: in how many rows it has a category that no training row has, and one such. */
  readonly unseen: readonly { readonly name: string; readonly rows: number; readonly example: string }[];
  /** By constraint: the share that contradicts it, of so many rows. */
  readonly against: readonly { readonly says: string; readonly share: number; readonly rows: number }[];
}

interface Watched {
  readonly name: string;
  readonly usual: ReadonlySet<string>;
  /** Of the texts that were looked at last, the places of those that are new; chunks mostly share their texts. */
  texts: readonly string[];
  looked: number;
  strange: Set<number>;
  rows: number;
  example: string;
}

function look(one: Watched, texts: readonly string[]): ReadonlySet<number> {
  if (one.texts !== texts) [one.texts, one.looked, one.strange] = [texts, 0, new Set()];
  for (; one.looked < texts.length; one.looked++) {
    const text = texts[one.looked] ?? "";
    if (text !== "" && !one.usual.has(text)) one.strange.add(one.looked);
  }
  return one.strange;
}

/** What of further rows a model doesn't see: categories that no training row has, and constraints that don't hold. */
export class StrangeRows {
  private readonly watched: Watched[];
  private readonly against = new Map<string, Against>();

  constructor(private readonly fitted: FittedTable) {
    this.watched = fitted.columns.flatMap((column, i) => {
      const described = fitted.schema.columns[i];
      if (described === undefined || column.as !== "choices" || readingOfColumn(described) !== undefined)
        return [];
      const usual = usualTexts(column, described.missing);
      return [{ name: column.name, usual, texts: [], looked: 0, strange: new Set(), rows: 0, example: "" }];
    });
  }

  add(table: TextTable): void {
    for (const one of this.watched) {
      const own = table.columns[table.names.indexOf(one.name)];
      if (own === undefined) continue;
      const strange = look(one, own.texts);
      if (strange.size === 0) continue;
      for (let row = 0; row < table.rows; row++) {
        const code = own.codes[row] ?? -1;
        if (!strange.has(code)) continue;
        one.rows++;
        one.example ||= own.texts[code] ?? "";
      }
    }
    const { schema } = this.fitted;
    for (const constraint of applied(this.fitted)) {
      const { share, says } = shareAgainstConstraint(schema, constraint, (name) => columnOf(table, name));
      const before = this.against.get(says) ?? { says, share: 0, rows: 0 };
      this.against.set(says, sumOf(before, { says, share, rows: table.rows }));
    }
  }

  /** What was found so far. */
  found(): StrangeFound {
    const unseen = this.watched.filter(({ rows }) => rows > 0);
    return {
      unseen: unseen.map(({ name, rows, example }) => ({ name, rows, example })),
      against: [...this.against.values()],
    };
  }
}

type Against = StrangeFound["against"][number];

function sumOf(before: Against, { share, rows, says }: Against): Against {
  const all = before.rows + rows;
  return { says, rows: all, share: all === 0 ? 0 : (before.share * before.rows + share * rows) / all };
}

/** What was found in all parts of a table, in their order. */
export function strangeInAll(parts: readonly StrangeFound[]): StrangeFound {
  const unseen = new Map<string, StrangeFound["unseen"][number]>();
  const against = new Map<string, Against>();
  for (const part of parts) {
    for (const one of part.unseen) {
      const before = unseen.get(one.name);
      unseen.set(one.name, before === undefined ? one : { ...before, rows: before.rows + one.rows });
    }
    for (const one of part.against) {
      const before = against.get(one.says);
      against.set(one.says, before === undefined ? one : sumOf(before, one));
    }
  }
  return { unseen: [...unseen.values()], against: [...against.values()] };
}

/** What was found, of `place`, in sentences. */
export function strangeNotes({ unseen, against }: StrangeFound, place: string): string[] {
  const categories = unseen.map(
    ({ name, rows, example }) =>
      `${place}: ${rows.toLocaleString("en-US")} ${rows === 1 ? "row holds a value" : "rows hold values"} of "${name}" that no training row ` +
      `has, such as ${JSON.stringify(example.slice(0, 40))}. The model doesn't see them, and no score counts them.`,
  );
  const contradicting = against
    .filter(({ share }) => share > 0)
    .map(
      ({ says, share }) =>
        `${place}: about ${percent(share)} of the rows contradict the constraint that ${says}. The model takes it as ` +
        "kept, and no score counts it.",
    );
  return [...categories, ...contradicting];
}

function usualTexts({ texts, rare }: ChoicesColumn, missing: readonly string[] = []): ReadonlySet<string> {
  return new Set([...texts, ...(rare?.texts ?? []), ...missing]);
}
