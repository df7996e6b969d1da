import { requireEntryOptions } from "../../catalogue/index.js";
import { sizeOf } from "../../tensor/index.js";
import { activation, batchNorm, conv, linear, reshapeTo } from "../layers/index.js";
import type { Layer } from "../layer.js";
import type { Network } from "../network.js";
import type { NetworkInfo } from "./info.js";
import { halve, halvings, type Picture, pictureNetwork, requireList, upTo } from "./pictures.js";

/** How a `vanilla` network is built. */
export interface VanillaOptions {
  /** The encoder's channels after each halving; default [32, 64, 128, 256, 512]. */
  readonly channels?: readonly number[];
  /** End the decoder with tanh, as PyTorch-VAE does for numbers from -1 to 1; default false. */
  readonly tanh?: boolean;
}

const usual = [32, 64, 128, 256, 512];

/**
 * The network of PyTorch-VAE's VanillaVAE (Subramanian, 2020), whose weights `importTorch` reads: convolutions of kernel 3 and
 * stride 2 with PyTorch's padding, batch normalisation and leaky ReLU; as a decoder a connected layer, transposed
 * convolutions back to the data's size, and a convolution of stride 1 to its channels. Throws a UserError for an option
 * out of range and, when it is built, for vectors.
 */
export function vanilla(options: VanillaOptions = {}): Network {
  requireEntryOptions(vanillaInfo, options);
  const { channels = usual, tanh = false } = options;
  requireList("vanilla: channels", channels, 1);
  const ready = (): Layer[] => [batchNorm(), activation("leaky-relu")];

  function encoder({ space }: Picture): Layer[] {
    const sizes = halvings(space, channels.length);
    return channels.flatMap((out, i) => [
      halve(sizes[i] ?? [], { out, kernel: 3, padding: "torch" }),
      ...ready(),
    ]);
  }

  function decoder({ space, channels: out }: Picture): Layer[] {
    const sizes = halvings(space, channels.length).toReversed();
    const [first = 1, ...others] = channels.toReversed();
    const [start = []] = sizes;
    const widths = [...others, channels[0] ?? first];
    const stages = widths.flatMap((width, i) => [
      upTo(sizes[i] ?? [], sizes[i + 1] ?? [], { out: width, kernel: 3, more: "before" }),
      ...ready(),
    ]);
    const last = conv({ out, kernel: 3, padding: 1 });
    const end = tanh ? [last, activation("tanh")] : [last];
    return [linear(sizeOf(start) * first), reshapeTo([...start, first]), ...stages, ...end];
  }

  const config = {
    ...(channels.join() !== usual.join() && { channels: [...channels] }),
    ...(tanh && { tanh }),
  };
  return pictureNetwork("vanilla", config, { encoder, decoder });
}

/** What the catalogue knows of it. */
export const vanillaInfo: NetworkInfo = {
  name: "vanilla",
  description: "the network of PyTorch-VAE's VanillaVAE",
  options: {
    channels: { type: "numbers", default: usual, about: "the encoder's channels after each halving" },
    tanh: { type: "boolean", default: false, about: "end with tanh, for numbers from -1 to 1" },
  },
  examples: ["vanilla(channels=[2, 3])", "vanilla(channels=[2], tanh=true)"],
  shapes: [
    [[4, 5, 2], [3]],
    [[2], [5, 4]],
  ],
  make: (options) => vanilla(options),
};
