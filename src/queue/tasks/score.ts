import { rowsText } from "../../data/index.js";
import type { Platform } from "../../train/index.js";
import { UserError } from "../../tensor/index.js";
import { Scorer, type ScoreName, scoreNames, scoreTable } from "../../uses/index.js";
import { examplesOf, onlyShard } from "./examples.js";
import { bytesOf, joined, linesOf, type ShardTask, type TaskPlace } from "./task.js";

/** Rows that become text at a time. */
const chunk = 5000;

async function restored(platform: Platform, { model, task, usual }: TaskPlace<"score">): Promise<Scorer> {
  if (usual === undefined) throw new UserError("a score needs what was learned of usual examples");
  const { binarize, seed, draws, device = "auto" } = task;
  const engine = await platform.startEngine(device, undefined);
  try {
    return Scorer.restore(engine, model, usual, { binarize, seed, draws });
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Writes scores, as the rows that they are in the file. */
export async function scoreTask(place: TaskPlace<"score">): Promise<ShardTask> {
  const { plan, task, model } = place;
  const { output, threshold } = task;
  const by = scoreNames.find((one): one is ScoreName => one === task.by);
  if (by === undefined) throw new UserError(`there is no score ${JSON.stringify(task.by)}`);
  const scorer = await restored(place.platform, place);
  const examples = examplesOf(place);
  return {
    async run(shard) {
      const { dataset, split, id, strange } = await onlyShard(await examples.of(shard));
      const scores = await scorer.scorePart(dataset, { first: shard.from, total: plan.rows });
      const table = scoreTable(scores, { dataset, split, id, by, threshold });
      const parts: Uint8Array[] = [];
      for (let start = 0; start < scores.length; start += chunk) {
        const { numbers, texts } = table.rows(start, Math.min(scores.length, start + chunk));
        const width = table.columns.numbers.length;
        parts.push(
          output === "npy" ? bytesOf(numbers) : new TextEncoder().encode(rowsText(numbers, width, texts)),
        );
      }
      const flagged = Array.from(scores.columns[by] ?? []).filter((value) => value > threshold).length;
      return {
        rows: joined(parts),
        columns: linesOf([table.columns]),
        counts: linesOf([{ flagged }]),
        ...(strange && { strange: linesOf([strange]) }),
      };
    },
    close: async () => {
      await scorer.close();
      await model.close();
    },
  };
}
