import { groupsOf, type ModelColumn } from "../../catalogue/index.js";
import { type ColumnFeatures, columnFeatures } from "../../nn/index.js";
import { type HeadGroup, headGroups } from "./heads.js";

/** All that is decided of a table's likelihood before its weights have values. */
export interface RowPlan {
  readonly columns: readonly ModelColumn[];
  readonly features: ColumnFeatures;
  readonly groups: readonly HeadGroup[];
  /** The columns in the order of their heads. */
  readonly heads: readonly number[];
  /** Hidden numbers of a head. */
  readonly width: number;
  /** Hidden numbers of all heads. */
  readonly total: number;
  /** How many columns the table has, of which some are two of the model's. */
  readonly tableColumns: number;
}

/** So many hidden numbers has a head unless told otherwise. */
function usualWidth(columns: number): number {
  return Math.max(16, Math.min(48, 8 * Math.round(640 / columns / 8)));
}

export function planRows(
  columns: readonly ModelColumn[],
  width: number = usualWidth(columns.length),
): RowPlan {
  const groups = headGroups(columns);
  return {
    columns,
    features: columnFeatures(columns),
    groups,
    heads: groups.flatMap(({ places }) => places),
    width,
    total: columns.length * width,
    tableColumns: (groupsOf(columns).at(-1) ?? 0) + 1,
  };
}
