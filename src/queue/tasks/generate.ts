import { decodeRows, tableOf } from "../../data/index.js";
import { tensor, UserError } from "../../tensor/index.js";
import { bytesOf, linesOf, numbersOf, type ShardTask, type TaskPlace } from "./task.js";

/** Draws new examples: numbers as they are or, of tables, rows as lines of JSON. */
export function generateTask({ task, model, codes }: TaskPlace<"generate">): ShardTask {
  const { n, seed, draw, temperature, among, rows } = task;
  const table = tableOf(model.schema);
  if (rows && table === undefined) throw new UserError("rows can be drawn of a table's model only");
  const condition =
    model.classes === undefined
      ? undefined
      : model.drawClasses(n, { seed, ...(among !== undefined && { among }) });
  const z = codes && tensor("float32", [n, model.definition.latent], numbersOf(codes));
  return {
    async run({ from, to }) {
      const { data } = await model.generatePart(n, [from, to], {
        seed,
        draw,
        ...(temperature !== undefined && { temperature }),
        ...(condition !== undefined && { condition }),
        ...(z !== undefined && { z }),
      });
      if (!rows || table === undefined) return { rows: bytesOf(data) };
      const { cells, values } = decodeRows(table, data, { seed, first: from });
      return { rows: linesOf(cells.map((row, i) => [row, values[i]])) };
    },
    close: () => model.close(),
  };
}
