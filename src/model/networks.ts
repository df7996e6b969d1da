import type { Json } from "../catalogue/index.js";
import { activationConfig, activationOf, mlp, type Network, networkOf, networks } from "../nn/index.js";
import { UserError } from "../tensor/index.js";
import type { VaeOptions } from "./vae-options.js";

type NetworkOptions = Pick<
  VaeOptions,
  "network" | "encoder" | "decoder" | "hidden" | "activation" | "channels"
>;

/** Options of networks that a model can be told by themselves, as plain data. */
function shorthands({ hidden, activation, channels }: NetworkOptions): Record<string, Json> {
  return {
    ...(hidden && { hidden }),
    ...(activation !== undefined && { activation: activationConfig(activationOf(activation)) }),
    ...(channels && { channels }),
  };
}

/** The network with options in place of its own. Throws a UserError for one that it doesn't have. */
function withOptions(network: Network, options: Readonly<Record<string, Json>>): Network {
  const known = networks.find(network.name)?.options ?? {};
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const has = Object.keys(known).join(", ");
    throw new UserError(
      `\`${name}\` has no effect on the network ${network.name}, whose options are ${has === "" ? "none" : has}`,
      2,
    );
  }
  if (Object.keys(options).length === 0) return network;
  return networks.from({ name: network.name, config: { ...network.config, ...options } });
}

/** The network that a model's options name, for the encoder, or the perceptron. */
function pairOf(options: NetworkOptions): Network {
  const { network, hidden = [256, 128], activation = "relu", channels } = options;
  if (network !== undefined) return withOptions(networkOf(network, "network"), shorthands(options));
  if (channels !== undefined) {
    throw new UserError(
      '`channels` is for networks of convolutions: choose one, such as network: "conv" (--network conv)',
      2,
    );
  }
  return mlp(hidden, { activation });
}

/** A network's own decoder. Throws a UserError if it has none. */
function decoderOf(network: Network): Network {
  const decoder = network.decoder?.();
  if (decoder !== undefined) return decoder;
  throw new UserError(
    `the network ${network.name} has no decoder that goes with it; choose \`encoder\` and \`decoder\` in place of \`network\``,
    2,
  );
}

/** Throws a UserError for options of a pair of networks beside an encoder and a decoder, which leave nothing of a pair. */
function requireNoOthers(options: NetworkOptions): void {
  const idle = (["network", "hidden", "activation", "channels"] as const).find(
    (name) => options[name] !== undefined,
  );
  if (idle === undefined) return;
  throw new UserError(
    `\`${idle}\` has no effect beside \`encoder\` and \`decoder\`; say it there, such as encoder: "mlp(hidden=[400])"`,
    2,
  );
}

/** Encoder and decoder that a model's options stand for. Throws a UserError for what can't be. */
export function networksOf(options: NetworkOptions): {
  readonly encoder: Network;
  readonly decoder: Network;
} {
  const { encoder, decoder } = options;
  if (encoder !== undefined && decoder !== undefined) {
    requireNoOthers(options);
    return { encoder: networkOf(encoder, "encoder"), decoder: networkOf(decoder, "decoder") };
  }
  const pair = pairOf(options);
  return {
    encoder: encoder === undefined ? pair : networkOf(encoder, "encoder"),
    decoder: decoder === undefined ? decoderOf(pair) : networkOf(decoder, "decoder"),
  };
}
