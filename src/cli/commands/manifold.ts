import path from "node:path";
import { buildCommand } from "@stricli/core";
import { tableOf, writeWhole } from "../../data/index.js";
import { latentWalk, manifoldPicture, walkedClass } from "../../report/index.js";
import { loadSettings } from "../config.js";
import { type Cli, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { defined } from "../defined.js";
import { positive, text, whole } from "../fields.js";
import { flag, folderArgument } from "../flags.js";
import { openRun } from "../model.js";
import { writeWalkedRows } from "../walked-rows.js";
import { oneClassWhere } from "../where.js";
import { makeParent, openFlags, type OpenFlags, saveTo, walkFile } from "./shared.js";

interface ManifoldFlags extends OpenFlags {
  readonly size?: number;
  readonly extent?: number;
  readonly out?: string;
  readonly where?: string;
}

async function manifold(this: Cli, flags: ManifoldFlags, folder: string): Promise<void> {
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const { model } = run;
  const file = walkFile(flags.out, "manifold", run, [".png", ".svg", ".npy"]);
  await requireKept({ out: file }, [flags.config], folder);
  const { where } = flags;
  const condition = where === undefined ? undefined : oneClassWhere(model, where, folder);
  const settings = defined({ size: flags.size, extent: flags.extent, condition });
  const ending = path.extname(file).toLowerCase();
  const table = tableOf(model.schema);
  if (ending === ".npy" || table !== undefined) {
    const { codes } = await latentWalk(model, settings);
    const decoded = await model.decode(codes, walkedClass(model, settings));
    if (table === undefined || ending === ".npy") return saveTo(file, decoded);
    return writeWalkedRows(file, table, [], codes, decoded);
  }
  const { files } = await manifoldPicture({ model }, settings);
  await makeParent(file);
  await writeWhole(file, files[`manifold${ending}`] ?? "");
  print(file);
}

export const manifoldCommand = buildCommand<ManifoldFlags, [folder: string], Cli>({
  func: manifold,
  parameters: {
    positional: folderArgument("Folder of a run or a model with a latent that can be drawn, such as --z 2"),
    flags: {
      size: flag("size", whole(1, 200, "N", "Images a side, of a table rows [default = 20]")),
      extent: flag(
        "extent",
        positive("X", "Coordinates go from -X to X [default = 3, or where the prior has its draws]"),
      ),
      where: flag("where", text("CONDITION", 'Of a class: "label=7" [default = the most frequent]')),
      out: flag(
        "out",
        text(
          "FILE",
          ".png, .svg with axes, or .npy, of a table .csv and the like [default = manifold.png, of a table .csv]",
        ),
      ),
      ...openFlags,
    },
  },
  docs: { brief: "Decode the latent plane, circle, sphere, triangle or classes as a picture of images" },
});
