import { requireEntryOptions } from "../../catalogue/index.js";
import { sizeOf } from "../../tensor/index.js";
import { activationConfig, type ActivationLike, activationOf } from "../activations.js";
import {
  activation as activationLayer,
  conv,
  crop,
  linear,
  type Norm,
  norms,
  normLayer,
  reshapeTo,
  residualBlock,
  upsampleConv,
} from "../layers/index.js";
import type { Layer } from "../layer.js";
import type { Network } from "../network.js";
import type { NetworkInfo } from "./info.js";
import { doublingChannels, halvings, type Picture, pictureNetwork, requireList } from "./pictures.js";

/** How a `resnet` is built. */
export interface ResnetOptions {
  /** Channels of each stage, which halves the picture; default 32 and doubling until the shorter side is 4 at most. */
  readonly channels?: readonly number[];
  /** Residual blocks of each stage; default 2. */
  readonly blocks?: number;
  /** Before each convolution: `batch` (default), `group` or `none`. */
  readonly norm?: Norm;
  /** After each normalisation; default `relu`. */
  readonly activation?: ActivationLike;
}

/**
 * A residual network with pre-activation (He et al., 2016): a convolution, stages of residual blocks of which the first halves
 * the picture, and a connected layer. As a decoder the stages backwards, each blocks and then upsampling with a
 * convolution, which leaves no checkerboard (Odena, Dumoulin and Olah, 2016). Takes pictures [height, width] and [height,
 * width, channels], and volumes. Throws a UserError for an option out of range and, when it is built, for vectors.
 */
export function resnet(options: ResnetOptions = {}): Network {
  requireEntryOptions(resnetInfo, options);
  const { channels, blocks = 2, norm = "batch", activation = "relu" } = options;
  if (channels !== undefined) requireList("resnet: channels", channels, 1);
  const act = activationOf(activation);
  const block = (out: number, stride = 1): Layer => residualBlock({ out, stride, norm, activation: act });
  const same = (out: number, count: number): Layer[] => Array.from({ length: count }, () => block(out));
  const ready = (width: number): Layer[] => {
    const normal = normLayer(norm, width);
    return [...(normal ? [normal] : []), activationLayer(act)];
  };

  function encoder(picture: Picture): Layer[] {
    const widths = channels ?? doublingChannels(picture);
    const stages = widths.flatMap((out) => [block(out, 2), ...same(out, blocks - 1)]);
    return [conv({ out: widths[0] as number }), ...stages, ...ready(widths.at(-1) as number)];
  }

  function decoder(picture: Picture): Layer[] {
    const widths = (channels ?? doublingChannels(picture)).toReversed();
    const sizes = halvings(picture.space, widths.length).toReversed();
    const [start = []] = sizes;
    const stages = widths.flatMap((width, i) => {
      const out = widths[i + 1] ?? width;
      const to = sizes[i + 1] ?? [];
      const exact = to.every((length, axis) => length === 2 * (sizes[i]?.[axis] ?? 0));
      return [...same(width, blocks), upsampleConv({ out }), ...(exact ? [] : [crop(to)])];
    });
    const last = widths.at(-1) as number;
    return [
      linear(sizeOf(start) * (widths[0] as number)),
      reshapeTo([...start, widths[0] as number]),
      ...stages,
      ...ready(last),
      conv({ out: picture.channels }),
    ];
  }

  const config = {
    ...(channels && { channels: [...channels] }),
    ...(blocks !== 2 && { blocks }),
    ...(norm !== "batch" && { norm }),
    ...(activationConfig(act) !== "relu" && { activation: activationConfig(act) }),
  };
  return pictureNetwork("resnet", config, { encoder, decoder });
}

/** What the catalogue knows of it. */
export const resnetInfo: NetworkInfo = {
  name: "resnet",
  description: "residual blocks with pre-activation, and back by upsampling and convolutions",
  options: {
    channels: {
      type: "numbers",
      about: "channels of each stage; default 32, doubling until the shorter side is 4",
    },
    blocks: { type: "integer", min: 1, default: 2, about: "residual blocks of each stage" },
    norm: { type: "text", choices: norms, default: "batch", about: "before each convolution" },
    activation: { type: "activation", default: "relu", about: "after each normalisation" },
  },
  examples: ["resnet(channels=[2, 3], blocks=1, norm=group, activation=tanh)"],
  shapes: [
    [[4, 3], [2]],
    [[2], [3, 2, 2]],
  ],
  make: (options) => resnet(options),
};
