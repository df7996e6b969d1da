import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { wholeSchema } from "../data/portable.js";
import { type Vae, vae } from "../model/index.js";
import { distributions } from "../distributions/index.js";
import type { ExampleSchema } from "../data/portable.js";
import { golden } from "./evaluate.js";

/** A model of `goldens/torch.json`: PyTorch's weights, and what its encoder and decoder make of them. */
export interface TorchCase {
  /** Its `state_dict` as safetensors wrote it, by element type. */
  readonly files: Readonly<Record<"float32" | "float16" | "bfloat16" | "float64", string>>;
  readonly shape: readonly number[];
  readonly latent: number;
  readonly x: readonly number[];
  readonly z: readonly number[];
  readonly mean: readonly number[];
  readonly logVar: readonly number[];
  readonly decoded: readonly number[];
}

export type TorchName = "notebook" | "colour" | "example" | "keras" | "vanilla";

/** The models by name. */
export const torchCases = (golden("torch.json") as { cases: Readonly<Record<TorchName, TorchCase>> }).cases;

/** A model's file. */
export function torchFile(name: TorchName, type: keyof TorchCase["files"] = "float32"): Uint8Array {
  return Uint8Array.from(Buffer.from(torchCases[name].files[type], "base64"));
}

/** The same models as they are written here, and what their numbers are. */
export const torchModels: Readonly<Record<TorchName, () => { model: Vae; schema?: ExampleSchema }>> = {
  notebook: () => ({ model: vae({ input: [6, 6], latent: 3, hidden: [12, 8] }) }),
  colour: () => ({ model: vae({ input: [4, 5, 3], latent: 2, hidden: [7] }) }),
  example: () => ({ model: vae({ input: [5, 5], latent: 2, hidden: [9] }) }),
  keras: () => ({
    model: vae({ input: [8, 8], latent: 2, network: "keras(channels=[3, 5], hidden=[6], padding=torch)" }),
  }),
  vanilla: () => ({
    model: vae({
      input: [16, 16, 3],
      latent: 3,
      network: "vanilla(channels=[3, 4, 6], tanh=true)",
      likelihood: distributions.from("normal(scale=1)"),
    }),
    schema: wholeSchema([16, 16, 3], { type: "standard", of: "unit", mean: [0.5], scale: [0.5] }),
  }),
};

/** What says whose numbers PyTorch's example's are. */
export const exampleMapping = {
  fc1: "encoder.0",
  fc21: "encoder.2[0:2]",
  fc22: "encoder.2[2:4]",
  fc3: "decoder.0",
  fc4: "decoder.2",
};

/** A model's arrays with normal numbers. */
export function randomWeights(model: Vae): Record<string, Tensor<"float32">> {
  const entries = Object.entries(model.parameters).map(([name, { shape }]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [
      name,
      tensor("float32", shape, new RandomStream(3, name).normal(new Float32Array(size), 0)),
    ] as const;
  });
  return Object.fromEntries(entries);
}
