import { Catalogue, parseSpec, type Spec } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { layerReaders } from "../layers/index.js";
import type { Network } from "../network.js";
import { convNetworkInfo } from "./conv.js";
import type { NetworkInfo } from "./info.js";
import { kerasInfo } from "./keras.js";
import { mlpInfo } from "./mlp.js";
import { pythaeInfo } from "./pythae.js";
import { resnetInfo } from "./resnet.js";
import { sequentialNetworkInfo } from "./sequential.js";
import { tableNetworkInfo } from "./table.js";
import { vanillaInfo } from "./vanilla.js";

/**
 * The networks that can be chosen by name. `networks.add(...)` makes one's own known to the command line, config files
 * and saved models.
 */
export const networks = new Catalogue<Network, NetworkInfo>({ kind: "network", readers: layerReaders }, [
  mlpInfo,
  sequentialNetworkInfo,
  convNetworkInfo,
  resnetInfo,
  kerasInfo,
  pythaeInfo,
  vanillaInfo,
  tableNetworkInfo,
]);

/** A network, its text or plain data such as `mlp(hidden=[400])`, or a function that builds one. */
export type NetworkLike = Network | Network["build"] | string | Spec;

/**
 * The network that is meant. A function is a network of its own name that has no options: a saved model with one is
 * loaded with its definition. `option` names it in messages. Throws a UserError if it is none.
 */
export function networkOf(value: NetworkLike, option: string): Network {
  if (typeof value === "function") return { name: value.name || option, config: {}, build: value };
  if (typeof value === "string") return networks.from(parseSpec(value));
  if (typeof value === "object" && value !== null) {
    if ("build" in value && typeof value.build === "function") return value;
    if ("name" in value && typeof value.name === "string") {
      const { name, config = {} } = value as { readonly name: string; readonly config?: Spec["config"] };
      return networks.from({ name, config });
    }
  }
  throw new UserError(
    `${option} must be a network, such as mlp([400]) or "mlp(hidden=[400])", got ${JSON.stringify(value)}`.trim(),
    2,
  );
}
