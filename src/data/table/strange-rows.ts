import { applied, columnOf, percent, shareAgainstConstraint } from "./contradictions.js";
import type { ChoicesColumn, FittedTable } from "./fitted.js";
import { readingOfColumn } from "./reading.js";
import type { TextTable } from "./texts.js";

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
  private readonly against = new Map<string, { share: number; rows: number }>();

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
      const before = this.against.get(says) ?? { share: 0, rows: 0 };
      const rows = before.rows + table.rows;
      this.against.set(says, { rows, share: (before.share * before.rows + share * table.rows) / rows });
    }
  }

  /** What was found, of `place`. */
  notes(place: string): string[] {
    const unseen = this.watched
      .filter(({ rows }) => rows > 0)
      .map(
        ({ name, rows, example }) =>
          `${place}: ${rows.toLocaleString("en-US")} ${rows === 1 ? "row holds a value" : "rows hold values"} of "${name}" that no training row ` +
          `has, such as ${JSON.stringify(example.slice(0, 40))}. The model doesn't see them, and no score counts them.`,
      );
    const contradicting = [...this.against]
      .filter(([, { share }]) => share > 0)
      .map(
        ([says, { share }]) =>
          `${place}: about ${percent(share)} of the rows contradict the constraint that ${says}. The model takes it as ` +
          "kept, and no score counts it.",
      );
    return [...unseen, ...contradicting];
  }
}

function usualTexts({ texts, rare }: ChoicesColumn, missing: readonly string[] = []): ReadonlySet<string> {
  return new Set([...texts, ...(rare?.texts ?? []), ...missing]);
}
