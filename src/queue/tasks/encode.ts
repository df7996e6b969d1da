import { rowsText } from "../../data/index.js";
import { codeBlocksBetween, labelName } from "../../uses/index.js";
import { examplesOf } from "./examples.js";
import { bytesOf, joined, linesOf, type ShardTask, type TaskPlace } from "./task.js";

/** Writes codes, as the rows that they are in the file. */
export function encodeTask(place: TaskPlace<"encode">): ShardTask {
  const { task, model } = place;
  const { what, output, split: name } = task;
  const examples = examplesOf(place);
  return {
    async run(shard) {
      const { dataset, split, from, to, id } = await examples.of(shard);
      const labelled = split.labels !== undefined;
      const parts: Uint8Array[] = [];
      let names: readonly string[] = [];
      for await (const { start, codes, columns } of codeBlocksBetween(
        model,
        dataset,
        { split: name, what },
        from,
        to,
      )) {
        names = columns;
        if (output === "npy") {
          parts.push(bytesOf(codes.data));
          continue;
        }
        const texts = Array.from({ length: codes.shape[0] ?? 0 }, (_, i) => [
          id(start + i),
          ...(labelled ? [labelName(dataset, split, start + i) ?? ""] : []),
        ]);
        parts.push(new TextEncoder().encode(rowsText(codes.data, columns.length, texts)));
      }
      const columns = { numbers: names, texts: ["id", ...(labelled ? ["label"] : [])] };
      return { rows: joined(parts), columns: linesOf([columns]) };
    },
    close: () => model.close(),
  };
}
