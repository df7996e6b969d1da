import { requireEntryOptions } from "../../catalogue/index.js";
import { sizeOf } from "../../tensor/index.js";
import { initialisationConfig, type InitialisationLike, initialisationOf } from "../init/index.js";
import { activation, convTranspose, flatten, linear, reshapeTo } from "../layers/index.js";
import type { Layer } from "../layer.js";
import type { Network } from "../network.js";
import type { NetworkInfo } from "./info.js";
import {
  halve,
  type HalvingPadding,
  halvingPaddings,
  halvings,
  type Picture,
  pictureNetwork,
  requireList,
  upTo,
} from "./pictures.js";

/** Which Keras calls Glorot's. */
const usualInit = "xavier-uniform";

/** How a `keras` network is built. */
export interface KerasOptions {
  /** Channels after each halving; default [32, 64]. */
  readonly channels?: readonly number[];
  /** Sizes of the encoder's connected layers; default [16]. */
  readonly hidden?: readonly number[];
  /** Where an odd number of zeros goes around pictures: `same` (default), as in Keras, or `torch`, as PyTorch's `padding=1`. */
  readonly padding?: HalvingPadding;
  /** How weights start, biases then at 0; default `xavier-uniform`, which Keras calls Glorot's. */
  readonly init?: InitialisationLike;
}

/**
 * The network of Keras' example "Variational AutoEncoder" (Chollet, 2020): convolutions of kernel 3 and stride 2 to 32 and 64
 * channels with ReLU and a connected layer of 16; as a decoder a connected layer to the smallest picture, transposed
 * convolutions of stride 2 to 64 and 32 channels with ReLU, and one of stride 1 to the data's channels. Weights start as in
 * Keras (Glorot and Bengio, 2010). Takes pictures of any size; the example's have 28x28. Throws a UserError for an option
 * out of range and, when it is built, for vectors.
 */
export function keras(options: KerasOptions = {}): Network {
  requireEntryOptions(kerasInfo, options);
  const { channels = [32, 64], hidden = [16], padding = "same" } = options;
  const init = initialisationOf(options.init ?? usualInit);
  const start = initialisationConfig(init);
  requireList("keras: channels", channels, 1);
  requireList("keras: hidden", hidden, 0);
  const relu = activation("relu");
  const more = padding === "torch" ? "before" : "after";

  const dense = (size: number): Layer => linear(size, { init });

  function encoder({ space }: Picture): Layer[] {
    const sizes = halvings(space, channels.length);
    const stages = channels.flatMap((out, i) => [
      halve(sizes[i] ?? [], { out, kernel: 3, padding, init }),
      relu,
    ]);
    return [...stages, flatten(), ...hidden.flatMap((size) => [dense(size), relu])];
  }

  function decoder({ space, channels: out }: Picture): Layer[] {
    const sizes = halvings(space, channels.length).toReversed();
    const [start = []] = sizes;
    const widths = channels.toReversed();
    const shape = [...start, widths[0] as number];
    const stages = widths.flatMap((width, i) => [
      upTo(sizes[i] ?? [], sizes[i + 1] ?? [], { out: width, kernel: 3, more, init }),
      relu,
    ]);
    const last = convTranspose({ out, kernel: 3, init });
    return [dense(sizeOf(shape)), relu, reshapeTo(shape), ...stages, last];
  }

  const config = {
    ...(channels.join() !== "32,64" && { channels: [...channels] }),
    ...(hidden.join() !== "16" && { hidden: [...hidden] }),
    ...(padding !== "same" && { padding }),
    ...(start !== usualInit && { init: start }),
  };
  return pictureNetwork("keras", config, { encoder, head: dense, decoder });
}

/** What the catalogue knows of it. */
export const kerasInfo: NetworkInfo = {
  name: "keras",
  description: "the network of Keras' example of a variational autoencoder",
  options: {
    channels: { type: "numbers", default: [32, 64], about: "channels after each halving" },
    hidden: { type: "numbers", default: [16], about: "sizes of the encoder's connected layers" },
    padding: {
      type: "text",
      choices: halvingPaddings,
      default: "same",
      about: "zeros of odd number go after pictures (same) or, as PyTorch's padding=1, before (torch)",
    },
    init: { type: "init", default: usualInit, about: "how weights start; biases start at 0" },
  },
  examples: [
    "keras(channels=[2, 3], hidden=[3])",
    "keras(channels=[2], hidden=[3], padding=torch, init=orthogonal)",
  ],
  shapes: [
    [[6, 5], [3]],
    [[2], [5, 4, 2]],
  ],
  make: (options) => keras(options),
};
