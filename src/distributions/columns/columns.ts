import { type ModelColumn, requireModelColumns } from "../../catalogue/index.js";
import type { Expr } from "../../graph/index.js";
import { hiddenAtRandom, uniformWithin } from "../../nn/index.js";
import { UserError } from "../../tensor/index.js";
import type { Distribution } from "../distribution.js";
import type { Family, FamilyContext } from "../family.js";
import { familyFactory } from "../factory.js";
import type { FamilyInfo } from "../info.js";
import { completeRows } from "./complete.js";
import { columnLogProbs, rowLogProb } from "./density.js";
import { headSpecs } from "./heads.js";
import { allOthers, inOrder, inRandomOrder } from "./order.js";
import { planRows, type RowPlan } from "./plan.js";

const name = "columns";

/** How the likelihood of a table's rows is built. */
export interface ColumnsOptions {
  /** The columns, as `modelColumns` of a table gives them; a model that is made for a data set has them from there. */
  readonly columns?: readonly ModelColumn[];
  /** Hidden numbers of each column's head; default 16 to 48, fewer the more columns there are. */
  readonly width?: number;
  /** In training a share of each row's columns is hidden from the heads, drawn evenly from 0 to this; default 1. */
  readonly hide?: number;
}

/** The distribution of rows given what the decoder puts out. */
function rowsGiven(plan: RowPlan, hide: number, raw: Expr, context: FamilyContext): Distribution {
  const { weights, dtype, noise, mode } = context;
  const { columns, features } = plan;
  const training = mode === "train" ? noise : undefined;
  return {
    name,
    params: { raw },
    shape: [...raw.shape.slice(0, -1), columns.length],
    eventRank: 1,
    support: "columns",
    logProb: (x) => {
      if (training === undefined)
        return rowLogProb(plan, weights, raw, x, { visible: inOrder(columns, dtype) });
      const visible = inRandomOrder(columns, dtype, training);
      const shown = hiddenAtRandom(features, x, hide, training);
      return rowLogProb(plan, weights, raw, x, { visible, ...(shown && { shown }) });
    },
    logProbEach: (x) => columnLogProbs(plan, weights, raw, x, { visible: allOthers(columns, dtype) }),
    sample: (source, sampleShape = []) => completeRows(plan, { weights, raw, noise: source, sampleShape }),
    complete: (source, given, { present = false } = {}) =>
      completeRows(plan, { weights, raw, noise: source, given, present }),
    mean: () => completeRows(plan, { weights, raw }),
  };
}

/** A likelihood whose columns are not known yet. */
function withoutColumns({ width, hide }: ColumnsOptions): Family {
  const config = { ...(width !== undefined && { width }), ...(hide !== undefined && { hide }) };
  const refuse = (): never => {
    throw new UserError(
      "columns: the likelihood is of a table's columns, which its data set says: make the model with vaeFor(data, ...), or give columns",
      2,
    );
  };
  return { name, config, support: "columns", rawSize: refuse, fromRaw: refuse, prior: refuse };
}

function makeFamily(options: ColumnsOptions = {}): Family {
  if (options.columns === undefined) return withoutColumns(options);
  const columns = requireModelColumns(name, options.columns);
  const { hide = 1 } = options;
  const plan = planRows(columns, options.width);
  const { width, total, features, groups, tableColumns } = plan;
  const requireRow = (event: readonly number[]): void => {
    if (event.length === 1 && event[0] === columns.length) return;
    throw new UserError(
      `columns: the likelihood is of ${columns.length} columns, but an example is of shape [${event.join(", ")}]`,
      2,
    );
  };
  return {
    name,
    config: { columns: columns as never, width, hide },
    support: "columns",
    weights: (event) => {
      requireRow(event);
      const init = uniformWithin(1 / Math.sqrt(2 * tableColumns));
      return { "context.weight": { shape: [features.size, total], init }, ...headSpecs(groups, width) };
    },
    rawSize: (event) => {
      requireRow(event);
      return total;
    },
    fromRaw: (raw, event, context) => {
      requireRow(event);
      return rowsGiven(plan, hide, raw, context);
    },
    prior: () => {
      throw new UserError("columns is a likelihood of tables' rows; it can't be a prior", 2);
    },
  };
}

const info: FamilyInfo = {
  name,
  description: "rows of a table: each column by its own distribution, given z and the columns before it",
  roles: ["likelihood"],
  shape: [3],
  examples: [
    "columns(columns=[a(of=categorical, size=3), b(of=ordinal, size=2, points=[0, 1], absent=1), b(of=normal, gate=1)], width=4, hide=0.25)",
  ],
  options: {
    columns: { type: "json", about: "the columns, as a table's data set has them" },
    width: { type: "integer", min: 1, about: "hidden numbers of each column's head; default 16 to 48" },
    hide: {
      type: "number",
      min: 0,
      max: 1,
      default: 1,
      about: "the most of a row that is hidden in training",
    },
  },
  make: (options) => makeFamily(options),
};

/** Makes likelihoods of tables' rows. */
export interface ColumnsFactory {
  (options?: ColumnsOptions): Family;
  readonly familyName: "columns";
  readonly info: FamilyInfo;
}

/**
 * The likelihood of rows of a table: p(x|z) is the product over columns of each one's own distribution given z and the
 * columns before it. In training that order is drawn anew at each step (as in Uria, Murray and Larochelle, A Deep and
 * Tractable Density Estimator, 2014), so that any columns can be given and the others drawn: conditions and missing
 * values need no rejection. Part of a row is hidden at random, so that z has to tell of it. What is NaN in a row counts
 * as unknown and adds nothing to log p. The decoder's network puts out what z adds to the heads' hidden numbers.
 */
export const columns: ColumnsFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
} as const);
