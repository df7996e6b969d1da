import { requireEntryOptions } from "../../catalogue/index.js";
import { sizeOf } from "../../tensor/index.js";
import { activation, batchNorm, conv, linear, reshapeTo } from "../layers/index.js";
import type { Layer } from "../layer.js";
import type { Network } from "../network.js";
import type { NetworkInfo } from "./info.js";
import { halvings, type Picture, pictureNetwork, requireList, upTo } from "./pictures.js";

/** How a `pythae` network is built. */
export interface PythaeOptions {
  /** The encoder's channels after each halving; default [128, 256, 512, 1024]. */
  readonly channels?: readonly number[];
}

/** A decoder's pictures from the smallest to the data's, and its kernel; all but perhaps the last step have stride 2. */
interface Steps {
  readonly sizes: readonly (readonly number[])[];
  readonly kernel: number;
  readonly lastStride: 1 | 2;
}

/**
 * The decoder's steps for `between` pictures between the smallest and the data's. Those for MNIST double to the data's
 * lengths; those for CIFAR and CelebA end with a convolution of stride 1 that takes off what was put on by the kernels.
 */
function stepsFor(space: readonly number[], between: number): Steps {
  const side = Math.min(...space);
  if (side <= 28) return { sizes: halvings(space, between + 1).toReversed(), kernel: 3, lastStride: 2 };
  const start = space.map((length) => Math.ceil(length / 2 ** between));
  const sizes = [start];
  for (let i = 1; i <= between; i++) {
    const doubled = (sizes.at(-1) as readonly number[]).map((length) => 2 * length);
    const added = side < 64 ? (i === between ? 1 : 0) : i === 2 ? 1 : i === 1 ? -1 : 0;
    sizes.push(doubled.map((length) => length + added));
  }
  return { sizes: [...sizes, space], kernel: side < 64 ? 4 : 5, lastStride: 1 };
}

/**
 * The convolutional networks of Pythae's benchmark (Chadebec, Vincent and Allassonniere, 2022), after those of Tolstikhin et
 * al. (2018): convolutions of kernel 4 and stride 2 to 128, 256, 512 and 1024 channels with batch normalisation and ReLU;
 * as a decoder a connected layer and transposed convolutions from 1024 channels, of kernel 3 for pictures to 28x28 (MNIST's),
 * 4 below 64x64 (CIFAR's) and 5 from there on (CelebA's, with one more). Throws a UserError for fewer than two channels and,
 * when it is built, for vectors.
 */
export function pythae(options: PythaeOptions = {}): Network {
  requireEntryOptions(pythaeInfo, options);
  const { channels = [128, 256, 512, 1024] } = options;
  requireList("pythae: channels", channels, 2);
  const relu = activation("relu");

  function encoder({ space }: Picture): Layer[] {
    let lengths = space;
    return channels.flatMap((out) => {
      const fits = lengths.every((length) => length >= 2);
      lengths = lengths.map((length) => (fits ? Math.floor(length / 2) : Math.ceil(length / 2)));
      return [conv({ out, kernel: 4, stride: 2, padding: fits ? 1 : "same" }), batchNorm(), relu];
    });
  }

  function decoder(picture: Picture): Layer[] {
    const [first = 1, ...others] = channels.toReversed();
    const widths = Math.min(...picture.space) < 64 ? others.slice(0, -1) : others;
    const { sizes, kernel, lastStride } = stepsFor(picture.space, widths.length);
    const [start = []] = sizes;
    const up = (out: number, i: number, stride: number): Layer =>
      upTo(sizes[i] ?? [], sizes[i + 1] ?? [], { out, kernel, stride, more: "before" });
    return [
      linear(sizeOf(start) * first),
      reshapeTo([...start, first]),
      ...widths.flatMap((out, i) => [up(out, i, 2), batchNorm(), relu]),
      up(picture.channels, widths.length, lastStride),
    ];
  }

  const config = channels.join() === "128,256,512,1024" ? {} : { channels: [...channels] };
  return pictureNetwork("pythae", config, { encoder, decoder });
}

/** What the catalogue knows of it. */
export const pythaeInfo: NetworkInfo = {
  name: "pythae",
  description: "the convolutional networks of Pythae's benchmark for MNIST, CIFAR and CelebA",
  options: {
    channels: {
      type: "numbers",
      default: [128, 256, 512, 1024],
      about: "the encoder's channels after each halving",
    },
  },
  examples: ["pythae(channels=[2, 3])"],
  shapes: [
    [[5, 6], [3]],
    [[2], [5, 4, 2]],
  ],
  make: (options) => pythae(options),
};
