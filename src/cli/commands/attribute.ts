import { buildCommand } from "@stricli/core";
import { type Dataset, encodeNpy, tableOf, writeWhole } from "../../data/index.js";
import type { SplitName } from "../../evaluate/index.js";
import { labelledRows } from "../../plot/index.js";
import { type Tensor, tensor, UserError } from "../../tensor/index.js";
import {
  applyDirection,
  attributeDirection,
  type DirectionMethod,
  directionMethods,
} from "../../uses/index.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { choice, custom, fields, text } from "../fields.js";
import { flag, folderAndData } from "../flags.js";
import { type MarksContext, marksOf, rowsMarked } from "../marks.js";
import { openRun, type OpenedRun } from "../model.js";
import { askedOf, askedRows } from "../of.js";
import { writePicture } from "../pictures.js";
import {
  toldData,
  makeParent,
  openFlags,
  type OpenFlags,
  outFile,
  requireNoPicture,
  splitField,
} from "./shared.js";

interface AttributeFlags extends OpenFlags {
  readonly positive?: string;
  readonly negative?: string;
  readonly method?: DirectionMethod;
  readonly of?: string;
  readonly strengths?: readonly number[];
  readonly split?: SplitName;
  readonly out?: string;
  readonly save?: string;
  readonly memory?: number;
}

/** Examples of a group that its mean is taken over, and that are moved for the picture unless told which. */
const [most, moved] = [5000, 8];

const strengthsField = custom<readonly number[]>(
  "S,S,...",
  "How far along the direction, 1 from one group's mean to the other's [default = 0,0.5,1,1.5,2]",
  "must be numbers separated by commas, such as -1,0,1",
  (value) => {
    const numbers = value.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    return numbers.every(Number.isFinite) ? numbers : undefined;
  },
);

async function group(
  flags: AttributeFlags,
  key: "positive" | "negative",
  context: Omit<MarksContext, "option">,
): Promise<Int32Array> {
  const told = flags[key];
  if (told !== undefined) return rowsMarked(await marksOf(told, { ...context, option: `--${key}` }));
  const of =
    tableOf(context.run.model.schema) === undefined
      ? '--positive "label=3" --negative "label=8"'
      : '--positive "colour=red" --negative "colour=blue"';
  throw new UserError(`--${key} is missing: say which examples have the attribute, ${of}`, 2);
}

/** Codes of rows, block by block. */
async function codesOf(
  run: OpenedRun,
  dataset: Dataset,
  name: SplitName,
  rows: Int32Array,
): Promise<Tensor<"float32">> {
  const { latent } = run.model.definition;
  const codes = tensor("float32", [rows.length, latent]);
  for (let start = 0; start < rows.length; start += 1000) {
    const { input, given } = await askedRows(run, dataset, name, rows.subarray(start, start + 1000));
    codes.data.set((await run.model.codes(input, given)).data, start * latent);
  }
  return codes;
}

async function attribute(
  this: Cli,
  flags: AttributeFlags,
  folder: string,
  data: string | undefined,
): Promise<void> {
  const { split: name = "test", method = "means", strengths = [0, 0.5, 1, 1.5, 2] } = flags;
  if (flags.out !== undefined) outFile(flags.out, [".png", ".json"]);
  const save = flags.save === undefined ? undefined : outFile(flags.save, [".npy"], "--save");
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const out = flags.out ?? (tableOf(run.model.schema) ? "attribute.json" : "attribute.png");
  requireNoPicture(out, run, ".json");
  await requireKept({ out, save }, [data, flags.of, flags.config], folder);
  const dataset = await toldData({ ...flags, ...(data !== undefined && { data }), whole: true }, folder, run);
  const context = { run, dataset, split: name, data };
  const positive = await group(flags, "positive", context);
  const negative = await group(flags, "negative", context);
  if (positive.some((row) => negative.includes(row))) {
    throw new UserError(
      "--positive and --negative name the same examples; a direction leads from one group to another",
      2,
    );
  }
  const codes = async (rows: Int32Array) => codesOf(run, dataset, name, rows.subarray(0, most));
  const found = attributeDirection(await codes(positive), await codes(negative), { method });
  note(
    `from ${found.negative} examples to ${found.positive} (${method}); ${(100 * found.separation).toFixed(1)} % lie on their group's side`,
  );
  if (save !== undefined) {
    await makeParent(save);
    await writeWhole(save, encodeNpy(tensor("float32", [found.direction.length], found.direction)));
    print(save);
  }
  if (/\.json$/i.test(out)) {
    const told = { ...found, direction: Array.from(found.direction) };
    await makeParent(out);
    await writeWhole(out, new TextEncoder().encode(`${JSON.stringify(told, null, 2)}\n`));
    return print(out);
  }
  const asked = await (flags.of === undefined
    ? askedRows(run, dataset, name, negative.subarray(0, moved))
    : askedOf(flags.of, run, async () => dataset, name, moved));
  const images = await applyDirection(
    run.model,
    await run.model.codes(asked.input, asked.given),
    found.direction,
    strengths,
    asked.given,
  );
  const size = run.model.definition.dataSize;
  const columns = strengths.length + 1;
  const all = tensor("float32", [asked.names.length * columns, ...run.model.definition.input]);
  asked.names.forEach((_, i) => {
    all.data.set(asked.shown.data.subarray(i * size, (i + 1) * size), i * columns * size);
    all.data.set(
      images.data.subarray(i * strengths.length * size, (i + 1) * strengths.length * size),
      (i * columns + 1) * size,
    );
  });
  const picture = labelledRows(all, {
    shape: run.model.definition.input,
    rowLabels: asked.names.map((one) => `${one}:`),
    columnLabels: ["example", ...strengths.map(String)],
    ...(images.range && { range: images.range }),
  });
  return writePicture(out, picture);
}

export const attributeCommand = buildCommand<AttributeFlags, [folder: string, data: string | undefined], Cli>(
  {
    func: attribute,
    parameters: {
      positional: folderAndData("Folder of a run or a model"),
      flags: {
        positive: flag(
          "positive",
          text("LABELS", 'Examples that have the attribute, such as "label=3", of a table "colour=red"'),
        ),
        negative: flag(
          "negative",
          text("LABELS", 'Examples that have it not, such as "label=8" or "label!=3"'),
        ),
        method: flag(
          "method",
          choice(
            directionMethods,
            "NAME",
            "means, their difference, or lda, Fisher's discriminant [default = means]",
          ),
        ),
        of: flag(
          "of",
          text("WHAT", "Whom to give it, 3 or 3,17, or a file of examples [default = 8 without it]"),
        ),
        strengths: flag("strengths", strengthsField),
        split: flag("split", splitField),
        out: flag(
          "out",
          text(
            "FILE",
            ".png of examples along the direction, or .json of it [default = attribute.png, of a table .json]",
          ),
        ),
        save: flag("save", text("FILE", ".npy of the direction, for latent traverse --direction")),
        memory: flag("memory", fields.memory),
        ...openFlags,
      },
    },
    docs: {
      brief: "Find the direction in latent space between two groups, and give examples an attribute",
      customUsage: [
        'DIR [DATA] --positive "label=3" --negative "label=8" --out attribute.png --save direction.npy',
      ],
    },
  },
);
