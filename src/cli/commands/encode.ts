import { buildCommand } from "@stricli/core";
import { type SplitName, splitOf } from "../../evaluate/index.js";
import { type CodeBlock, codeBlocks, type CodePart, codeParts, labelName } from "../../uses/index.js";
import { bulk, bulkExamples, dataOf, tellFiles } from "../bulk.js";
import { bulkFlags, type BulkFlags, isBulk } from "../bulk-flags.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { recordedBinarization } from "../data.js";
import { choice, fields, text } from "../fields.js";
import { flag, folderAndData } from "../flags.js";
import { idsFor } from "../ids.js";
import { openRun, type OpenedRun } from "../model.js";
import { RowsFile } from "../rows-file.js";
import { allOf, toldData, openFlags, type OpenFlags, outFile, splitField } from "./shared.js";

interface EncodeFlags extends OpenFlags, BulkFlags {
  readonly out?: string;
  readonly split?: SplitName;
  readonly what?: CodePart;
  readonly ids?: string;
  readonly memory?: number;
}

/** Has workers encode the data. */
async function encodeByWorkers(
  flags: EncodeFlags,
  folder: string,
  data: string | undefined,
  run: OpenedRun,
): Promise<void> {
  const { out = "codes.npy", what = "means" } = flags;
  const { task, ...examples } = await bulkExamples(flags, run, data);
  const done = await bulk(flags, {
    model: run.model,
    data: dataOf(data, folder, run),
    ...examples,
    task: {
      op: "encode",
      what,
      output: /\.npy$/i.test(out) ? "npy" : "csv",
      ...task,
    },
  });
  if (done === undefined) return;
  const { plan, outputs } = done;
  await RowsFile.write(out, await outputs.columns(), plan.rows, async (file) => {
    for await (const rows of outputs.contents("rows")) await file.addRaw(rows);
  });
  await tellFiles(done, [out]);
  print(out);
}

async function encode(
  this: Cli,
  flags: EncodeFlags,
  folder: string,
  data: string | undefined,
): Promise<void> {
  const { out = "codes.npy", split: name = "test", what = "means" } = flags;
  outFile(out, [".npy", ".csv", ".parquet"]);
  await requireKept({ out }, [data, flags.ids, flags.config], folder);
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  if (isBulk(flags)) return encodeByWorkers(flags, folder, data, run);
  const dataset = await toldData({ ...flags, ...(data !== undefined && { data }), whole: true }, folder, run);
  const split = splitOf(dataset, name);
  const id = await idsFor(flags.ids, split);
  note(allOf(dataset, name));
  const blocks = codeBlocks(run.model, dataset, { split: name, binarize: recordedBinarization(run), what });
  const first = await blocks.next();
  if (first.done === true) return;
  const labelled = split.labels !== undefined;
  const texts = ["id", ...(labelled ? ["label"] : [])];
  await RowsFile.write(out, { numbers: first.value.columns, texts }, split.length, async (file) => {
    for (let next: IteratorResult<CodeBlock, void> = first; next.done !== true; next = await blocks.next()) {
      const { start, codes } = next.value;
      const own = Array.from({ length: codes.shape[0] ?? 0 }, (_, i) => [
        id(start + i),
        ...(labelled ? [labelName(dataset, split, start + i) ?? ""] : []),
      ]);
      await file.add(codes.data, own);
    }
  });
  print(out);
}

export const encodeCommand = buildCommand<EncodeFlags, [folder: string, data: string | undefined], Cli>({
  func: encode,
  parameters: {
    positional: folderAndData("Folder of a run or a model"),
    flags: {
      out: flag(
        "out",
        text("FILE", ".npy, .csv or .parquet, a row of codes an example [default = codes.npy]"),
      ),
      split: flag("split", splitField),
      what: flag(
        "what",
        choice(
          codeParts,
          "PART",
          "means, deviations (with the means) or all parameters of the posterior [default = means]",
        ),
      ),
      ids: flag(
        "ids",
        text(
          "FILE",
          "A line for each example, its id [default = the files' names of pictures, else row numbers from 0]",
        ),
      ),
      memory: flag("memory", fields.memory),
      ...bulkFlags,
      ...openFlags,
    },
  },
  docs: {
    brief: "Write the codes of examples: the posterior's means",
    customUsage: [
      "DIR [DATA] --out codes.npy|codes.csv|codes.parquet",
      "DIR DATA --redis URL --store DIR|s3://BUCKET",
    ],
    fullDescription:
      "Writes a row of numbers for each example, in the data's order: z1, z2, ... are the posterior's means. In CSV and\n" +
      "Parquet the columns `id` and, where labels are known, `label` follow. Examples are read and written block by block.",
  },
});
