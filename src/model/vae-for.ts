import { type ModelColumn, requireArgument, be } from "../catalogue/index.js";
import { type Dataset, type ExampleSchema, modelColumns } from "../data/portable.js";
import {
  distributions,
  type EncodedBy,
  type Encoding,
  type EncodingOf,
  type Family,
} from "../distributions/index.js";
import { type Network, networkOf, networks, tableNetwork } from "../nn/index.js";
import { UserError } from "../tensor/index.js";
import { type FamilyLike, type Vae, vae } from "./vae.js";
import type { VaeOptions } from "./vae-options.js";

/** What of a data set decides how a model of it is built. */
export interface ModelledData {
  /** The shape of one example. */
  readonly shape: readonly number[];
  readonly schema?: ExampleSchema;
}

/** A network or distribution of tables with the columns of one, unless it has its own. */
function withColumns<T extends { readonly name: string; readonly config: object }>(
  of: T,
  name: string,
  columns: readonly ModelColumn[],
  make: (config: Readonly<Record<string, unknown>>) => T,
): T {
  return of.name === name && !("columns" in of.config) ? make({ ...of.config, columns }) : of;
}

/** Throws a UserError for an encoder that would compute with the NaN that stands where a row has no number. */
function requireSeesGaps({ name }: Network, columns: readonly ModelColumn[]): void {
  const gap = columns.find(({ gate }) => gate !== undefined);
  if (gap === undefined || !["mlp", "sequential"].includes(name)) return;
  throw new UserError(
    `the network ${name} takes numbers, but in the column "${gap.name}" some rows have none; take table, such as ` +
      "table(hidden=[128])",
    2,
  );
}

/** A model's options with what a table decides filled in. */
function optionsForTable<F extends FamilyLike>(
  columns: readonly ModelColumn[],
  options: Omit<VaeOptions<F>, "input">,
): Omit<VaeOptions<F>, "input"> {
  const { encoder, likelihood = "columns", latent = Math.min(8, columns.length) } = options;
  const ofTable = (value: NonNullable<VaeOptions["network"]>, option: string): Network => {
    const network = networkOf(value, option);
    requireSeesGaps(network, columns);
    return withColumns(network, "table", columns, (config) =>
      networks.from({ name: "table", config: config as never }),
    );
  };
  return {
    ...options,
    latent,
    ...(encoder === undefined
      ? { network: ofTable(options.network ?? tableNetwork(), "network") }
      : { encoder: ofTable(encoder, "encoder") }),
    likelihood: withColumns(distributions.take("likelihood", likelihood), "columns", columns, (config) =>
      distributions.from({ name: "columns", config: config as never }),
    ),
  };
}

/**
 * Options of `vae` for a data set: the shape of its examples and, of a table, unless told otherwise, the network `table`, the
 * likelihood `columns`, both of the table's columns, and 8 latent coordinates (fewer if it has fewer columns).
 */
export function vaeOptionsFor<F extends FamilyLike = Family<EncodingOf<"mean" | "logVar">>>(
  { shape, schema }: ModelledData,
  options: Omit<VaeOptions<F>, "input"> = {},
): VaeOptions<F> {
  const table = schema?.kind === "columns" ? schema.table : undefined;
  const own = table === undefined ? options : optionsForTable(modelColumns(table), options);
  return { ...own, input: shape };
}

/**
 * `vae` with what the data say filled in: `vaeFor(data, { latent: 8 })`. The shape of an example is the data's; a table's
 * model has the network `table` and the likelihood `columns` unless told otherwise. Throws a UserError as `vae` does.
 */
export function vaeFor<F extends FamilyLike = Family<EncodingOf<"mean" | "logVar">>>(
  data: Dataset | ModelledData,
  options: Omit<VaeOptions<F>, "input"> = {},
): Vae<F extends Family ? EncodedBy<F> : Encoding> {
  requireArgument(
    "vaeFor",
    "the data",
    data,
    be.having(["shape"], "a data set, such as datasets.table(...) gives"),
  );
  requireArgument(
    "vaeFor",
    "the options",
    options,
    be.having([], "an object of options, such as { latent: 8 }"),
  );
  return vae(vaeOptionsFor(data, options));
}
