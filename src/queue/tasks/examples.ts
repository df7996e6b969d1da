import {
  binarizeDataset,
  type Dataset,
  datasets,
  holdOut,
  isOfPictures,
  isTable,
  readFittedPart,
  type Split,
  type StrangeFound,
  tableOf,
} from "../../data/index.js";
import { splitOf } from "../../evaluate/index.js";
import type { TrainedVae } from "../../model/index.js";
import { UserError } from "../../tensor/index.js";
import { pickExamples } from "../../uses/index.js";
import type { SavedHeld } from "../protocol.js";
import { Lines } from "./lines.js";
import type { SavedReading, Shard, TaskPlace } from "./task.js";

/** How examples are read. */
export interface ExamplesPlace {
  readonly source: string;
  readonly reading: SavedReading;
  readonly split: "test" | "train" | "validation";
  readonly held?: SavedHeld;
  readonly lines?: Lines;
  readonly binarize: "none" | "dynamic" | "static" | "threshold";
  readonly ids: boolean;
  readonly memory?: number;
}

/** Examples of a shard: rows `from` to `to` - 1 of a split. */
export interface ShardExamples {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly from: number;
  readonly to: number;
  /** What a row of that split is called. */
  readonly id: (row: number) => string;
  /** Of a table, what of these rows the model doesn't see. */
  readonly strange?: StrangeFound;
}

/** Whether a source is read as the table that a model knows. */
export async function isOfTable(source: string): Promise<boolean> {
  return source !== "mnist" && (await isTable(source));
}

/** All examples of arrays or pictures, as the command on one machine reads them. */
export async function wholeDataset(
  source: string,
  { layout, bytes, pictures }: SavedReading,
  memory: number | undefined,
  held: SavedHeld | undefined,
): Promise<Dataset> {
  if (held !== undefined)
    return holdOut(
      await wholeDataset(source, { layout, bytes, pictures }, memory, undefined),
      held.validation,
      held.seed,
    );
  if (source === "mnist") return datasets.mnist({});
  // a model of pictures says how files become them, of which arrays know nothing
  const choices = (await isOfPictures(source)) ? pictures : {};
  const told = Object.entries({ layout, bytes, memory, ...choices }).filter(
    ([, value]) => value !== undefined,
  );
  return datasets.folder(source, { whole: true, ...(Object.fromEntries(told) as object) });
}

/** Opens the examples of a run: arrays and pictures once, of tables each shard's rows. */
export class Examples {
  private whole: Promise<Dataset> | undefined;

  constructor(
    private readonly model: TrainedVae,
    private readonly place: ExamplesPlace,
  ) {}

  async of(shard: Shard): Promise<ShardExamples> {
    const { source, ids, split: name, lines } = this.place;
    const { from, to } = shard;
    const table = tableOf(this.model.schema);
    if (await isOfTable(source)) {
      if (table === undefined)
        throw new UserError(`${source} is a table, and the model was not trained on one`);
      const part = {
        first: from,
        rows: to - from,
        ...(shard.offset !== undefined && { offset: shard.offset }),
      };
      const dataset = await readFittedPart(source, table, part, ids);
      const split = splitOf(dataset, name);
      return {
        dataset,
        split,
        from: 0,
        to: to - from,
        strange: dataset.strange,
        id: (row) => lines?.at(from + row) ?? split.ids?.[row] ?? String(from + row),
      };
    }
    const dataset = await this.all();
    const split = splitOf(dataset, name);
    if (to > split.length) throw new UserError(`${source} has ${split.length} examples, not ${to} or more`);
    return { dataset, split, from, to, id: (row) => lines?.at(row) ?? split.ids?.[row] ?? String(row) };
  }

  /** Arrays or pictures, made binary as the model saw them. What is drawn by an example's place is drawn in the whole. */
  private all(): Promise<Dataset> {
    const { source, reading, memory, binarize, held } = this.place;
    this.whole ??= wholeDataset(source, reading, memory, held).then((dataset) =>
      binarizeDataset(dataset, binarize === "dynamic" ? "none" : binarize),
    );
    this.whole.catch(() => {
      this.whole = undefined;
    });
    return this.whole;
  }
}

/** The examples of a shard as a data set of their own, in memory. */
export async function onlyShard(examples: ShardExamples): Promise<ShardExamples> {
  const { dataset, split, from, to, id } = examples;
  if (from === 0 && to === split.length) return { ...examples, dataset: { ...dataset, test: split } };
  const rows = Int32Array.from({ length: to - from }, (_, i) => from + i);
  const own = await pickExamples(split, rows);
  return {
    dataset: { ...dataset, test: own },
    split: own,
    from: 0,
    to: to - from,
    id: (row) => id(from + row),
  };
}

/** Opens the examples of a task that reads some. */
export function examplesOf({
  plan,
  task: { reading, split, binarize, held },
  model,
  source = "",
  memory,
  ids,
}: TaskPlace<"encode"> | TaskPlace<"score">): Examples {
  const place = { source, reading, split, binarize, ids: plan.ids };
  return new Examples(model, {
    ...place,
    ...(held !== undefined && { held }),
    ...(ids !== undefined && { lines: new Lines(ids) }),
    ...(memory !== undefined && { memory }),
  });
}
