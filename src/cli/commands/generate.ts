import { buildCommand } from "@stricli/core";
import { loadSettings } from "../config.js";
import type { Cli } from "../context.js";
import { text, whole } from "../fields.js";
import { flag, folderArgument } from "../flags.js";
import { openRun } from "../model.js";
import { imageFile, openFlags, type OpenFlags, saveTo, seedField } from "./shared.js";

interface GenerateFlags extends OpenFlags {
  readonly n?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly columns?: number;
}

async function generate(this: Cli, flags: GenerateFlags, folder: string): Promise<void> {
  const file = imageFile(flags.out ?? "generated.png");
  const { model } = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const images = await model.generate(flags.n ?? 64, { seed: flags.seed ?? 0 });
  await saveTo(file, images, flags.columns === undefined ? {} : { columns: flags.columns });
}

export const generateCommand = buildCommand<GenerateFlags, [folder: string], Cli>({
  func: generate,
  parameters: {
    positional: folderArgument("Folder of a run or a model"),
    flags: {
      n: flag("n", whole(1, 1_000_000, "N", "How many [default = 64]")),
      seed: flag("seed", seedField),
      out: flag("out", text("FILE", ".png for a picture, .npy for the numbers [default = generated.png]")),
      columns: flag("columns", whole(1, 10_000, "N", "Images a row of the picture")),
      ...openFlags,
    },
    aliases: { n: "n" },
  },
  docs: { brief: "Draw new examples from a trained model" },
});
