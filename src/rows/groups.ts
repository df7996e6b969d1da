import type { FittedColumn, FittedTable } from "../data/portable.js";
import { type CellColumn, cellColumns, centre } from "./cells.js";
import { differenceGroup } from "./difference.js";
import { type Group, withKnown } from "./group.js";
import { type Combination, togetherGroup } from "./together.js";
import { totalGroup } from "./total.js";

/** A column by itself. */
function loneGroup(column: CellColumn): Group {
  return {
    columns: [column],
    settle(known, drawn) {
      const draws = withKnown(known, drawn);
      return {
        draws,
        single: [
          centre(
            draws.map(([text = ""]) => text),
            column,
          ),
        ],
      };
    },
  };
}

type Determined = Extract<FittedColumn, { readonly as: "determined" }>;

/** The combinations of a column and those that it determines. */
function determinedCombinations(leader: FittedColumn, followers: readonly Determined[]): Combination[] {
  const counts = new Map<string, number>();
  if (leader.as === "choices") {
    for (const { texts, counts: own } of [leader, leader.rare ?? { texts: [], counts: [] }])
      for (const [i, text] of texts.entries()) counts.set(text, own[i] ?? 0);
  }
  return (followers[0]?.keys ?? []).map((key, i) => ({
    texts: [key, ...followers.map(({ texts }) => texts[i] ?? "")],
    count: counts.get(key) ?? 0.5,
  }));
}

/** The groups of a table's columns that a model can fill. */
export function groupsOf(fitted: FittedTable): Group[] {
  const cells = cellColumns(fitted);
  const { columns } = fitted;
  const named = (name: string): CellColumn => {
    const found = cells.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no column "${name}"`);
    return found;
  };
  const groups: Group[] = [];
  const taken = new Set<string>();
  const add = (group: Group): void => {
    groups.push(group);
    for (const { name } of group.columns) taken.add(name);
  };
  for (const column of columns) {
    const { name } = column;
    if (column.as === "combined") {
      const { texts, counts } = column;
      add(
        togetherGroup(
          column.columns.map(named),
          texts.map((own, i) => ({ texts: own, count: counts[i] ?? 0 })),
        ),
      );
    } else if (column.as === "sum") {
      add(totalGroup(column.of.map(named), named(name)));
    } else if ("minus" in column && column.minus !== undefined) {
      add(differenceGroup(named(name), named(column.minus.column)));
    } else if (column.as === "choices") {
      const followers = columns.filter(
        (one): one is Determined => one.as === "determined" && one.by === name,
      );
      if (followers.length === 0) continue;
      const all = [named(name), ...followers.map((one) => named(one.name))];
      add(togetherGroup(all, determinedCombinations(column, followers)));
    }
  }
  for (const [i, column] of columns.entries()) {
    const own = cells[i];
    if (own === undefined || taken.has(column.name) || column.as === "key") continue;
    // of what is left out, only what is the same in every row is known
    if (column.as === "same" && column.text === "") continue;
    add(loneGroup(own));
  }
  return groups;
}
