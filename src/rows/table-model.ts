import { be, requireArgument } from "../catalogue/index.js";
import { type FittedTable, tableOf } from "../data/portable.js";
import type { TrainedVae } from "../model/index.js";
import { UserError } from "../tensor/index.js";

/** What a model was told of its table. Throws a UserError, which names `where`, for a model of anything else. */
export function tableOfModel(where: string, model: TrainedVae): FittedTable {
  requireArgument(where, "the model", model, be.having(["definition", "schema"], "a trained model"));
  const table = tableOf(model.schema);
  if (table !== undefined) return table;
  throw new UserError(
    `${where}: the model was not trained on a table; train one with latent train rows.csv, or datasets.table in code`,
    2,
  );
}
