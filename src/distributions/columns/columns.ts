import { groupsOf, type ModelColumn, requireModelColumns } from "../../catalogue/index.js";
import type { Expr } from "../../graph/index.js";
import { columnFeatures, indices, uniformWithin, weightNamed } from "../../nn/index.js";
import { UserError } from "../../tensor/index.js";
import type { Distribution } from "../distribution.js";
import type { Family, FamilyContext } from "../family.js";
import { familyFactory } from "../factory.js";
import type { FamilyInfo } from "../info.js";
import { completeRows } from "./complete.js";
import { groupDistribution, headGroups, headSpecs } from "./heads.js";
import { visible } from "./order.js";

const name = "columns";

/** How the likelihood of a table's rows is built. */
export interface ColumnsOptions {
  /** The columns, as a table's data set has them. */
  readonly columns: readonly ModelColumn[];
  /** Hidden numbers of each column's head; default 16 to 64, fewer the more columns there are. */
  readonly width?: number;
  /** In training, the most of a row's columns that is hidden from the heads; default 0.5. */
  readonly hide?: number;
}

/** So many hidden numbers has a head unless told otherwise. */
function usualWidth(columns: number): number {
  return Math.max(16, Math.min(64, 8 * Math.round(1280 / columns / 8)));
}

function makeFamily(options: ColumnsOptions): Family {
  const columns = requireModelColumns(name, options.columns);
  const { width = usualWidth(columns.length), hide = 0.5 } = options;
  const features = columnFeatures(columns);
  const groups = headGroups(columns);
  const heads = groups.flatMap(({ places }) => places);
  const tableColumns = (groupsOf(columns).at(-1) ?? 0) + 1;
  const requireRow = (event: readonly number[]): void => {
    if (event.length === 1 && event[0] === columns.length) return;
    throw new UserError(
      `columns: the likelihood is of ${columns.length} columns, but an example is of shape [${event.join(", ")}]`,
      2,
    );
  };
  const total = columns.length * width;

  const fromRaw = (raw: Expr, { weights, dtype, noise, mode = "evaluate" }: FamilyContext): Distribution => {
    const drawn = mode === "train" ? noise : undefined;
    const weight = weightNamed(weights, "context.weight", [features.size, total]);
    const masked = (): Expr => {
      const mask = visible(columns, dtype, drawn).gather(indices(features.owners)).gather(indices(heads), 1);
      return weight
        .reshape([features.size, columns.length, width])
        .mul(mask.unsqueeze(2))
        .reshape([features.size, total]);
    };
    const shown = (x: Expr): Expr => {
      const all = features.apply(x);
      if (drawn === undefined || hide === 0) return all;
      const lead = x.shape.slice(0, -1);
      const rate = drawn.draw("uniform", [...lead, 1]).mul(hide);
      const kept = drawn
        .draw("uniform", [...lead, tableColumns])
        .greater(rate)
        .cast(dtype);
      return all.mul(kept.gather(indices(features.groups), -1));
    };
    const shape = [...raw.shape.slice(0, -1), columns.length];
    const logProbs = (x: Expr): Expr => {
      const hidden = raw.add(shown(x).matmul(masked())).relu();
      const lead = hidden.shape.slice(0, -1);
      const rows = hidden.reshape([-1, total]).split(
        -1,
        groups.map(({ places }) => places.length * width),
      );
      const values = x
        .expand([...lead, columns.length], hidden.slice(-1, 0, columns.length))
        .reshape([-1, columns.length])
        .transpose();
      const there = values.isNan().not();
      const known = there.where(values, 0);
      let sum: Expr | undefined;
      for (const [i, group] of groups.entries()) {
        const own = groupDistribution(group, rows[i] as Expr, columns, width, weights);
        const places = indices(group.places);
        const logProb = there
          .gather(places)
          .where(own.logProb(known.gather(places)), 0)
          .sum(0);
        sum = sum === undefined ? logProb : sum.add(logProb);
      }
      return (sum as Expr).reshape(lead);
    };
    return {
      name,
      params: { raw },
      shape,
      eventRank: 1,
      support: "columns",
      logProb: logProbs,
      sample: (source, sampleShape = []) =>
        completeRows({ columns, features, groups, heads, width, weights, raw, noise: source, sampleShape }),
      mean: () => completeRows({ columns, features, groups, heads, width, weights, raw }),
    };
  };

  return {
    name,
    config: { columns: columns as never, width, hide },
    support: "columns",
    weights: (event) => {
      requireRow(event);
      return {
        "context.weight": {
          shape: [features.size, total],
          init: uniformWithin(1 / Math.sqrt(tableColumns * 2)),
        },
        ...headSpecs(groups, width),
      };
    },
    rawSize: (event) => {
      requireRow(event);
      return total;
    },
    fromRaw: (raw, event, context) => {
      requireRow(event);
      return fromRaw(raw, context);
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
  examples: [
    "columns(columns=[a(of=categorical, size=3), b(of=ordinal, size=2, points=[0, 1], absent=1), b(of=normal, gate=1)], width=4)",
  ],
  options: {
    columns: { type: "json", about: "the columns, as a table's data set has them" },
    width: { type: "integer", min: 1, about: "hidden numbers of each column's head; default 16 to 64" },
    hide: {
      type: "number",
      min: 0,
      max: 1,
      default: 0.5,
      about: "the most of a row that is hidden in training",
    },
  },
  make: (options) => makeFamily(options as unknown as ColumnsOptions),
};

/** Makes likelihoods of tables' rows. */
export interface ColumnsFactory {
  (options: ColumnsOptions): Family;
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
