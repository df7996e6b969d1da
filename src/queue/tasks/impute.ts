import { layoutFor, openTablePart } from "../../data/index.js";
import {
  completed,
  type FilledText,
  Imputer,
  outlineOf,
  tableOfModel,
  uncertaintyOf,
} from "../../rows/index.js";
import { linesOf, type ShardOutputs, type ShardTask, type TaskPlace } from "./task.js";

/** A line for a filled cell, with values as the column writes them. */
export function uncertaintyLine({ row, column, text: value, draws }: FilledText): (string | number)[] {
  const { deviation = "", low = "", high = "", probability = "" } = uncertaintyOf(value, draws, column);
  return [row + 1, column.name, value, deviation, low, high, probability];
}

/** Fills in missing cells: rows as lines of JSON, of each completed table where several are asked for. */
export function imputeTask({ task, model, source = "" }: TaskPlace<"impute">): ShardTask {
  const { draws, seed, multiple, uncertainty } = task;
  const fitted = tableOfModel("impute", model);
  return {
    async run({ from, to, offset }): Promise<ShardOutputs> {
      const part = { first: from, rows: to - from, ...(offset !== undefined && { offset }) };
      const input = await openTablePart(source, await layoutFor(source, fitted), part);
      try {
        const imputer = new Imputer(model, fitted, input.place, { draws, seed });
        const outline = outlineOf(fitted, input.names, imputer.names, input.stored);
        const tables: Uint8Array[][] = Array.from({ length: multiple ? draws : 1 }, () => []);
        const beside: Uint8Array[] = [];
        for await (const table of input.chunks()) {
          const filled = await imputer.fill(table);
          if (uncertainty) beside.push(linesOf(filled.map(uncertaintyLine)));
          for (const [draw, own] of tables.entries()) {
            const { cells, values } = completed(table, filled, outline, multiple ? draw : undefined);
            own.push(linesOf(cells.map((row, i) => [row, values[i]])));
          }
        }
        return {
          ...Object.fromEntries(tables.map((own, draw) => [`rows${draw}`, Buffer.concat(own)])),
          ...(uncertainty && { uncertainty: Buffer.concat(beside) }),
          counts: linesOf([imputer.counts]),
        };
      } finally {
        await input.close();
      }
    },
    close: () => model.close(),
  };
}
