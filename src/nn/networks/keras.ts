import { sizeOf } from "../../tensor/index.js";
import { activation, conv, convTranspose, flatten, linear, reshapeTo } from "../layers/index.js";
import type { Layer } from "../layer.js";
import type { Network } from "../network.js";
import type { NetworkInfo } from "./info.js";
import { halvings, type Picture, pictureNetwork, requireList, upTo } from "./pictures.js";

/** How a `keras` network is built. */
export interface KerasOptions {
  /** Channels after each halving; default [32, 64]. */
  readonly channels?: readonly number[];
  /** Sizes of the encoder's connected layers; default [16]. */
  readonly hidden?: readonly number[];
}

/**
 * The network of Keras' example "Variational AutoEncoder" (Chollet, 2020): convolutions of kernel 3 and stride 2 to 32 and 64
 * channels with ReLU and a connected layer of 16; as a decoder a connected layer to the smallest picture, transposed
 * convolutions of stride 2 to 64 and 32 channels with ReLU, and one of stride 1 to the data's channels. Takes pictures of
 * any size; the example's have 28x28. Throws a UserError for an option out of range and, when it is built, for vectors.
 */
export function keras({ channels = [32, 64], hidden = [16] }: KerasOptions = {}): Network {
  requireList("keras: channels", channels, 1);
  requireList("keras: hidden", hidden, 0);
  const relu = activation("relu");

  function encoder(): Layer[] {
    const stages = channels.flatMap((out) => [conv({ out, kernel: 3, stride: 2 }), relu]);
    return [...stages, flatten(), ...hidden.flatMap((size) => [linear(size), relu])];
  }

  function decoder({ space, channels: out }: Picture): Layer[] {
    const sizes = halvings(space, channels.length).toReversed();
    const [start = []] = sizes;
    const widths = channels.toReversed();
    const shape = [...start, widths[0] as number];
    const stages = widths.flatMap((width, i) => [
      upTo(sizes[i] ?? [], sizes[i + 1] ?? [], { out: width, kernel: 3 }),
      relu,
    ]);
    return [linear(sizeOf(shape)), relu, reshapeTo(shape), ...stages, convTranspose({ out, kernel: 3 })];
  }

  const config = {
    ...(channels.join() !== "32,64" && { channels: [...channels] }),
    ...(hidden.join() !== "16" && { hidden: [...hidden] }),
  };
  return pictureNetwork("keras", config, { encoder, decoder });
}

/** What the catalogue knows of it. */
export const kerasInfo: NetworkInfo = {
  name: "keras",
  description: "the network of Keras' example of a variational autoencoder",
  options: {
    channels: { type: "numbers", default: [32, 64], about: "channels after each halving" },
    hidden: { type: "numbers", default: [16], about: "sizes of the encoder's connected layers" },
  },
  examples: ["keras(channels=[2, 3], hidden=[3])"],
  shapes: [
    [[6, 5], [3]],
    [[2], [5, 4, 2]],
  ],
  make: (options) => keras(options),
};
