import { requireEntryOptions } from "../../catalogue/index.js";
import { sizeOf } from "../../tensor/index.js";
import { activationConfig, type ActivationLike, activationOf } from "../activations.js";
import {
  activation as activationLayer,
  flatten,
  linear,
  type Norm,
  norms,
  normLayer,
  reshapeTo,
} from "../layers/index.js";
import type { Layer } from "../layer.js";
import type { Network } from "../network.js";
import type { NetworkInfo } from "./info.js";
import {
  doublingChannels,
  halve,
  type HalvingPadding,
  halvingPaddings,
  halvings,
  type Picture,
  pictureNetwork,
  requireList,
  upTo,
} from "./pictures.js";

/** How a `convNetwork` is built. */
export interface ConvNetworkOptions {
  /** Channels after each halving; default 32 and doubling until the shorter side is 4 at most. */
  readonly channels?: readonly number[];
  /** Size of all kernels, from 2; default 4. */
  readonly kernel?: number;
  /** After each convolution but the last: `batch` (default), `group` or `none`. */
  readonly norm?: Norm;
  /** After each normalisation; default `relu`. */
  readonly activation?: ActivationLike;
  /** Sizes of connected layers between the last picture and the code; default none. */
  readonly hidden?: readonly number[];
  /** Where an odd number of zeros goes around pictures: `same` (default), after, or `torch`, before, as in PyTorch. */
  readonly padding?: HalvingPadding;
}

/**
 * Convolutions of stride 2, as in DCGAN (Radford, Metz and Chintala, 2016): each halves the picture, normalisation and
 * activation after it, and a connected layer makes the code of what is left. As a decoder the same backwards, by transposed
 * convolutions to exactly the lengths that were halved, odd ones too. Takes pictures [height, width] and [height, width,
 * channels], and volumes. Throws a UserError for an option out of range and, when it is built, for vectors.
 */
export function convNetwork(options: ConvNetworkOptions = {}): Network {
  requireEntryOptions(convNetworkInfo, options);
  const { channels, kernel = 4, norm = "batch", activation = "relu", hidden = [] } = options;
  const { padding = "same" } = options;
  const more = padding === "torch" ? "before" : "after";
  if (channels !== undefined) requireList("conv: channels", channels, 1);
  requireList("conv: hidden", hidden, 0);
  const act = activationOf(activation);
  const ready = (width: number): Layer[] => {
    const normal = normLayer(norm, width);
    return [...(normal ? [normal] : []), activationLayer(act)];
  };
  // what a normalisation follows needs no bias
  const bias = norm === "none";
  const dense = (sizes: readonly number[]): Layer[] =>
    sizes.flatMap((size) => [linear(size), activationLayer(act)]);

  function encoder(picture: Picture): Layer[] {
    const widths = channels ?? doublingChannels(picture);
    const sizes = halvings(picture.space, widths.length);
    const stages = widths.flatMap((out, i) => [
      halve(sizes[i] ?? [], { out, kernel, bias, padding }),
      ...ready(out),
    ]);
    return hidden.length === 0 ? stages : [...stages, flatten(), ...dense(hidden)];
  }

  function decoder(picture: Picture): Layer[] {
    const widths = channels ?? doublingChannels(picture);
    const sizes = halvings(picture.space, widths.length).toReversed();
    const [start = []] = sizes;
    const [first = 1, ...others] = widths.toReversed();
    const up = (out: number, i: number, last = false): Layer =>
      upTo(sizes[i] ?? [], sizes[i + 1] ?? [], { out, kernel, bias: bias || last, more });
    return [
      ...dense(hidden.toReversed()),
      linear(sizeOf(start) * first),
      reshapeTo([...start, first]),
      ...ready(first),
      ...others.flatMap((out, i) => [up(out, i), ...ready(out)]),
      up(picture.channels, others.length, true),
    ];
  }

  const config = {
    ...(channels && { channels: [...channels] }),
    ...(kernel !== 4 && { kernel }),
    ...(norm !== "batch" && { norm }),
    ...(activationConfig(act) !== "relu" && { activation: activationConfig(act) }),
    ...(hidden.length > 0 && { hidden: [...hidden] }),
    ...(padding !== "same" && { padding }),
  };
  return pictureNetwork("conv", config, { encoder, decoder });
}

/** What the catalogue knows of it. */
export const convNetworkInfo: NetworkInfo = {
  name: "conv",
  description: "convolutions of stride 2, and back by transposed ones, as in DCGAN",
  options: {
    channels: {
      type: "numbers",
      about: "channels after each halving; default 32, doubling until the shorter side is 4",
    },
    kernel: { type: "integer", min: 2, default: 4, about: "size of all kernels" },
    norm: { type: "text", choices: norms, default: "batch", about: "after each convolution but the last" },
    activation: { type: "activation", default: "relu", about: "after each normalisation" },
    hidden: { type: "numbers", default: [], about: "sizes of connected layers between picture and code" },
    padding: {
      type: "text",
      choices: halvingPaddings,
      default: "same",
      about: "zeros of odd number go after pictures (same) or, as in PyTorch, before (torch)",
    },
  },
  examples: [
    "conv(channels=[2], activation=tanh)",
    "conv(channels=[2, 3], kernel=3, norm=none, activation=silu, hidden=[4])",
    "conv(channels=[2], kernel=3, padding=torch)",
  ],
  shapes: [
    [[4, 3, 2], [2]],
    [[2], [5, 4]],
  ],
  make: (options) => convNetwork(options),
};
