import type { Expr } from "../../graph/index.js";
import { concat } from "../../ops/index.js";
import { be, requireArgument, sizeOf } from "../../tensor/index.js";
import { alongside, type NetworkContext } from "../context.js";
import { reshaped } from "../layers/index.js";
import type { Network } from "../network.js";

const aNetwork = be.having(["name", "build"], "a network, such as mlp([400])");

/** A picture's shape with `more` channels: [height, width] has one. */
function moreChannels(shape: readonly number[], more: number): readonly number[] {
  const [space, channels] = shape.length === 2 ? [shape, 1] : [shape.slice(0, -1), shape.at(-1) as number];
  return [...space, channels + more];
}

/** x [..., ...space, channels] with the condition in further channels, the same in every place. */
function besidePixels(x: Expr, context: NetworkContext, rank: number): Expr {
  const condition = alongside(x, context, rank);
  const lead = condition.shape.slice(0, -1);
  const [size] = condition.shape.slice(-1);
  const space = x.shape.slice(x.rank - rank, -1);
  const narrow = condition.reshape([...lead, ...space.map(() => 1), size as number]);
  return concat([x, narrow.expand([...lead, ...space, size as number])]);
}

/**
 * Any network, given `size` numbers of a condition beside each example (`NetworkContext.condition`), as the encoder and decoder
 * of a conditional variational autoencoder are (Sohn, Lee and Yan, 2015): vectors get them at their end; pictures as that many
 * further channels, each of them constant, unless the network takes pictures as vectors (`Network.flat`). Name and options are
 * the network's own. Throws a UserError, when it is built, if the network doesn't take the wider examples.
 */
export function conditioned(network: Network, size: number): Network {
  requireArgument("conditioned", "the network", network, aNetwork);
  requireArgument("conditioned", "the size of the condition", size, be.whole(1));
  const { name, config } = network;
  return {
    name,
    config,
    ...(network.flat && { flat: true }),
    ...(network.decoder && { decoder: () => conditioned(network.decoder?.() ?? network, size) }),
    build(inShape, outShape, place) {
      const vector = inShape.length < 2 || network.flat === true;
      const narrow = vector ? [sizeOf(inShape)] : moreChannels(inShape, 0);
      const wide = vector ? [sizeOf(inShape) + size] : moreChannels(inShape, size);
      const built = network.build(wide, outShape, place);
      return {
        ...built,
        apply(x, context) {
          const examples = reshaped(x, inShape, narrow);
          const beside = vector
            ? concat([examples, alongside(examples, context)])
            : besidePixels(examples, context, narrow.length);
          return built.apply(beside, context);
        },
      };
    },
  };
}
