import { buildCommand } from "@stricli/core";
import { unevenPadding } from "../../model/torch/index.js";
import { exportTorch } from "../../node.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { text } from "../fields.js";
import { flag, folderArgument } from "../flags.js";
import { openRun } from "../model.js";
import { mappingFrom } from "../torch-mapping.js";
import { openFlags, type OpenFlags, outFile } from "./shared.js";

interface ExportFlags extends OpenFlags {
  readonly out?: string;
  readonly map?: string;
}

async function exportWeights(this: Cli, flags: ExportFlags, folder: string): Promise<void> {
  const out = outFile(flags.out ?? "model.safetensors", [".safetensors"]);
  const settings = await loadSettings(flags.config);
  const { model } = await openRun(folder, settings, flags.checkpoint);
  const map = await mappingFrom(flags.map);
  await exportTorch(folder, {
    out,
    definition: model.definition,
    ...(map && { map }),
    ...(flags.checkpoint && { checkpoint: flags.checkpoint }),
  });
  const uneven = unevenPadding(model.definition);
  if (uneven.length > 0) {
    note(
      `${uneven.join(", ")}: zeros of odd number go after pictures here, and before them by PyTorch's padding=1; there put ` +
        "ZeroPad2d((0, 1, 0, 1)) before such a convolution, and see docs/pytorch.md for transposed ones",
    );
  }
  print(out);
}

export const exportTorchCommand = buildCommand<ExportFlags, [folder: string], Cli>({
  func: exportWeights,
  parameters: {
    positional: folderArgument("Folder of a run or a model"),
    flags: {
      out: flag("out", text("FILE", "The file to write [default = model.safetensors]")),
      map: flag(
        "map",
        text(
          "FILE",
          "JSON of PyTorch's names and ours [default = the names of the file it was imported from, or ours]",
        ),
      ),
      ...openFlags,
    },
  },
  docs: {
    brief: "Write a model's weights as a PyTorch state_dict",
    fullDescription:
      "Writes a model's weights as a PyTorch state_dict in a safetensors file: in PyTorch's order of pixels, and of a model\n" +
      "that was imported under the names and in the types of the file it came from.\n\n" +
      "  latent export torch runs/mnist-z2 --out vae.safetensors",
  },
});
