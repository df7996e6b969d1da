import { type ModelColumn, requireModelColumns } from "../../catalogue/index.js";
import { be, type ChecksOf, requireOptions, sizeOf, UserError } from "../../tensor/index.js";
import { type ActivationLike, activationConfig, activationOf } from "../activations.js";
import { type ColumnFeatures, columnFeatures, hiddenAtRandom } from "../columns/index.js";
import type { Network } from "../network.js";
import type { NetworkInfo } from "./info.js";
import { mlp } from "./mlp.js";

/** How a `table` network is built. */
export interface TableNetworkOptions {
  /** The columns, as `modelColumns` of a table gives them; a model that is made for a data set has them from there. */
  readonly columns?: readonly ModelColumn[];
  /** Sizes of the hidden layers; default [128]. */
  readonly hidden?: readonly number[];
  /** Between the layers; default `gelu`. */
  readonly activation?: ActivationLike;
  /**
   * In training a share of each row's columns is hidden from the network, drawn evenly from 0 to this; default 0.5. So it
   * learns to encode rows of which not all is known.
   */
  readonly hide?: number;
}

function requireShare(hide: number): void {
  if (hide <= 1) return;
  throw new UserError(`table: hide must be a share from 0 to 1, got ${hide}`, 2);
}

/** The columns of a network or likelihood of tables. Throws a UserError that says where they come from if there are none. */
function requireColumns(features: ColumnFeatures | undefined): ColumnFeatures {
  if (features !== undefined) return features;
  throw new UserError(
    "table: the network is of a table's columns, which its data set says: make the model with vaeFor(data, ...), or give columns",
    2,
  );
}

/**
 * An encoder of rows of a table: a row's columns as features (`columnFeatures`), then a multilayer perceptron. What is NaN
 * in a row is unknown to it. Its decoder is the perceptron with the hidden sizes reversed. Throws a UserError for columns,
 * sizes or a share that can't be.
 */
export function tableNetwork(options: TableNetworkOptions = {}): Network {
  requireOptions("tableNetwork", options, {
    columns: be.anything,
    hidden: be.anything,
    activation: be.anything,
    hide: be.number(0),
  } satisfies ChecksOf<TableNetworkOptions>);
  const { hidden = [128], activation = "gelu", hide = 0.5 } = options;
  const columns = options.columns === undefined ? undefined : requireModelColumns("table", options.columns);
  requireShare(hide);
  const between = activationOf(activation);
  const known = columns && columnFeatures(columns);
  const inner = mlp(hidden, { activation: between });
  return {
    name: "table",
    config: {
      ...(columns && { columns: columns as never }),
      hidden: [...hidden],
      activation: activationConfig(between),
      hide,
    },
    decoder: () => mlp([...hidden].reverse(), { activation: between }),
    build(inShape, outShape) {
      const features = requireColumns(known);
      if (sizeOf(inShape) !== columns?.length) {
        throw new UserError(
          `table: the network is of ${columns?.length} columns, but an example has ${sizeOf(inShape)} numbers`,
          2,
        );
      }
      const built = inner.build([features.size], outShape);
      return {
        ...built,
        text: [`${columns.length} columns`, features.size, ...hidden, sizeOf(outShape)].join("-"),
        apply: (x, context) => {
          const { mode, noise } = context;
          const shown = mode === "train" ? hiddenAtRandom(features, x, hide, noise) : undefined;
          const seen = features.apply(x);
          return built.apply(shown === undefined ? seen : seen.mul(shown), context);
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const tableNetworkInfo: NetworkInfo = {
  name: "table",
  description: "rows of a table: columns as features, then a multilayer perceptron",
  options: {
    columns: { type: "json", about: "the columns, as a table's data set has them" },
    hidden: { type: "numbers", default: [128], about: "sizes of the hidden layers" },
    activation: { type: "activation", default: "gelu", about: "between the layers" },
    hide: {
      type: "number",
      min: 0,
      max: 1,
      default: 0.5,
      about: "the most of a row that is hidden in training",
    },
  },
  shapes: [[[3], [4]]],
  examples: [
    "table(columns=[a(of=categorical, size=3), b(of=ordinal, size=2, points=[0, 1], absent=1), b(of=normal, gate=1)], hidden=[5], activation=tanh, hide=0.25)",
  ],
  make: (options) => tableNetwork(options),
};
