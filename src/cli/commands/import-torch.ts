import { buildCommand } from "@stricli/core";
import { formatSpec, isSpec, parseSpec } from "../../catalogue/index.js";
import { type ExampleSchema, wholeSchema } from "../../data/index.js";
import { type Vae, vae } from "../../model/index.js";
import { inferSizes } from "../../model/torch/index.js";
import { mlp, type Network, networks } from "../../nn/index.js";
import { nodePlatform } from "../../node.js";
import { importTorchOn, readStateDict } from "../../runs/index.js";
import { UserError } from "../../tensor/index.js";
import { loadConfig, type LoadedSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { defined } from "../defined.js";
import { type FlagField, fields, inputField, text } from "../fields.js";
import { commonFlags, type CommonFlags, flag, toggle } from "../flags.js";
import { mappingFrom } from "../torch-mapping.js";
import { countText } from "../views/format.js";

type ModelFlagNames =
  | "z"
  | "network"
  | "hidden"
  | "channels"
  | "activation"
  | "posterior"
  | "prior"
  | "likelihood";
type ValueOf<F> = F extends FlagField<infer T> ? T : never;
type ModelFlags = {
  readonly [K in ModelFlagNames]?: ValueOf<(typeof fields)[K]>;
} & { readonly input?: ValueOf<typeof inputField> };

/** A network, and the text that it was given as. */
interface WrittenNetwork {
  readonly network: Network;
  readonly text: string;
}

interface ImportFlags extends Omit<ModelFlags, "network">, CommonFlags {
  readonly network?: WrittenNetwork;
  readonly out?: string;
  readonly map?: string;
  readonly range?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** Whether a text or plain data say how pictures are padded; a network that code built is as that says. */
function saysPadding(written: unknown): boolean {
  if (typeof written === "string") return parseSpec(written).config["padding"] !== undefined;
  return !isSpec(written) || "build" in written || written.config["padding"] !== undefined;
}

/** The network with PyTorch's padding, if it can have it and is not told otherwise: `written` is what the user gave. */
function paddedAsTorch(network: Network | undefined, written: unknown): Network | undefined {
  if (network === undefined || saysPadding(written)) return network;
  const choices = networks.find(network.name)?.options["padding"]?.choices;
  if (!choices?.includes("torch")) return network;
  note(`${network.name} pads pictures as PyTorch does; for TensorFlow's way give padding=same`);
  return networks.from({ name: network.name, config: { ...network.config, padding: "torch" } });
}

/** What is told of the model, by flags before the config file, and by the weights themselves where neither says it. */
function modelFor(
  flags: ImportFlags,
  { settings, contents }: LoadedSettings,
  inferred: ReturnType<typeof inferSizes>,
): Vae {
  const { z, input, hidden, channels, activation, posterior, prior, likelihood } = flags;
  const network = flags.network?.network;
  const given = {
    ...defined({
      latent: settings.latent,
      network: settings.network,
      hidden: settings.hidden,
      channels: settings.channels,
      activation: settings.activation,
      encoder: settings.encoder,
      decoder: settings.decoder,
      posterior: settings.posterior,
      prior: settings.prior,
      likelihood: settings.likelihood,
    }),
    ...defined({ input, latent: z, network, hidden, channels, activation, posterior, prior, likelihood }),
  };
  const isPlain = given.network === undefined || formatSpec(given.network) === formatSpec(mlp([256, 128]));
  const perceptron = given.encoder === undefined && isPlain;
  const { hidden: sizes, input: shape, latent, channels: widths } = inferred;
  const takes = given.network && networks.find(given.network.name)?.options["channels"];
  const untold = takes && given.network?.config["channels"] === undefined;
  const own = {
    ...defined({ input: shape, latent }),
    ...(perceptron && defined({ hidden: sizes })),
    ...(untold && defined({ channels: widths })),
  };
  const padded = paddedAsTorch(
    given.network,
    flags.network?.text ?? (contents as { readonly network?: unknown } | undefined)?.network,
  );
  const options = { ...own, ...given, ...(padded && { network: padded }) };
  if (options.input === undefined || options.latent === undefined) {
    const missing = [
      ...(options.input === undefined
        ? [["the shape of an example", "--input, channels last, such as --input 64,64,3"] as const]
        : []),
      ...(options.latent === undefined
        ? [["the number of latent coordinates", "--z, such as --z 2"] as const]
        : []),
    ];
    const [what, flag] = [0, 1].map((i) => missing.map((one) => one[i]).join(" and "));
    throw new UserError(`the weights don't tell ${what}: give ${flag}`, 2);
  }
  return vae({ ...options, input: options.input });
}

/** `-1,1`: the numbers that the network has for black and white. */
function schemaFor(range: string | undefined, input: readonly number[]): ExampleSchema {
  if (range === undefined) return wholeSchema(input);
  const [black, white, ...rest] = range.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (
    black === undefined ||
    white === undefined ||
    rest.length > 0 ||
    !(white > black) ||
    !Number.isFinite(white - black)
  ) {
    throw new UserError(`--range must be the numbers of black and white, such as -1,1, got "${range}"`, 2);
  }
  if (black === 0 && white === 1) return wholeSchema(input);
  const scale = 1 / (white - black);
  return wholeSchema(input, { type: "standard", of: "unit", mean: [-black * scale], scale: [scale] });
}

async function importWeights(this: Cli, flags: ImportFlags, file: string): Promise<void> {
  const { out, json = false } = flags;
  if (out === undefined) throw new UserError("where to? Give a folder: --out DIR", 2);
  const loaded = await loadConfig(flags.config);
  const dict = await readStateDict(file);
  const map = await mappingFrom(flags.map);
  const definition = modelFor(flags, loaded, inferSizes(dict, map));
  const { names, notes } = await importTorchOn(nodePlatform, { dict, file }, definition, {
    out,
    schema: schemaFor(flags.range, definition.input),
    ...(map && { map }),
  });
  if (json) return print(JSON.stringify({ out, model: definition.describe(), names, notes }));
  for (const one of notes) note(one);
  const arrays = Object.keys(names).length;
  note(`${countText(arrays)} arrays; input [${definition.input.join(", ")}], ${definition.describe()}`);
  print(out);
}

const networkFlag = flag("network", fields.network);

export const importTorchCommand = buildCommand<ImportFlags, [file: string], Cli>({
  func: importWeights,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { brief: "A state_dict as a safetensors file", placeholder: "FILE", parse: (input) => input },
      ],
    },
    flags: {
      out: flag("out", text("DIR", "The folder to write the model to")),
      input: flag("input", {
        ...inputField,
        brief:
          "The shape of an example, channels last, such as 64,64,3 [default = what a perceptron's weights tell]",
      }),
      z: flag("z", { ...fields.z, brief: "Latent coordinates [default = what the weights tell]" }),
      network: {
        ...networkFlag,
        parse: (text: string): WrittenNetwork => ({ network: networkFlag.parse(text), text }),
      },
      hidden: flag("hidden", {
        ...fields.hidden,
        brief: "Hidden sizes of the encoder, reversed for the decoder [default = what the weights tell]",
      }),
      channels: flag("channels", fields.channels),
      activation: flag("activation", fields.activation),
      posterior: flag("posterior", fields.posterior),
      prior: flag("prior", fields.prior),
      likelihood: flag("likelihood", fields.likelihood),
      map: flag("map", text("FILE", "JSON of PyTorch's names and ours, where names and shapes don't tell")),
      range: flag("range", text("A,B", "The network's numbers for black and white [default = 0,1]")),
      config: flag("config", text("FILE", "Config file with networks or distributions of your own")),
      json: toggle("Print one JSON object"),
      ...commonFlags,
    },
    aliases: { z: "z" },
  },
  docs: {
    brief: "Make a model of a PyTorch state_dict",
    fullDescription:
      "Makes a model folder of a PyTorch state_dict that safetensors.torch.save_file wrote. Arrays are matched by name, else by\n" +
      "the order and shapes of the modules, else by --map; what is missing, unexpected or of another shape is said. Separate\n" +
      "layers for mean and log-variance become one, and flattened pictures are put into our order of pixels.\n\n" +
      "  latent import torch vae.safetensors --out vae\n" +
      "  latent import torch celeba.safetensors --config celeba.json --input 64,64,3 --range -1,1 --likelihood 'normal(scale=1)' --out celeba",
  },
});
