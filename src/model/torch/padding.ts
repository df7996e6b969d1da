import { isSpec, parseSpec, type Spec } from "../../catalogue/index.js";
import type { Vae } from "../vae.js";
import { stepsOf } from "./orders.js";

/** An option's number along an axis, of one for all or a list. */
function along(value: unknown, axis: number, usual: number): number {
  const one: unknown = Array.isArray(value) ? value[axis] : value;
  return typeof one === "number" ? one : usual;
}

/** Whether a convolution has one zero more after pictures than before, or a transposed one drops one more there. */
function endsUneven({ name, config }: Spec, space: readonly number[]): boolean {
  const { padding = "same" } = config;
  if (Array.isArray(padding)) {
    return padding.some((one: unknown) => Array.isArray(one) && Number(one[1]) > Number(one[0]));
  }
  if (padding !== "same") return false;
  return space.some((length, axis) => {
    const stride = along(config["stride"], axis, 1);
    const reach = along(config["dilation"], axis, 1) * (along(config["kernel"], axis, 3) - 1) + 1;
    // for a stride of 1 PyTorch's padding="same" is the same
    if (stride === 1) return false;
    const all =
      name === "conv-transpose" ? reach - stride : (Math.ceil(length / stride) - 1) * stride + reach - length;
    return all > 0 && all % 2 === 1;
  });
}

/**
 * Names of the convolutions that PyTorch's `padding`, which is the same at both ends, does not do: TensorFlow's and Keras'
 * `same` for an odd number of zeros.
 */
export function unevenPadding(model: Vae): string[] {
  const steps = [...stepsOf(model, "encoder", model.input), ...stepsOf(model, "decoder", [model.latent])];
  return steps.flatMap(({ name, layer, inShape }) => {
    if (!/^(weight-norm\(layer=)?(conv|residual-block)/.test(layer)) return [];
    const spec = parseSpec(layer);
    const inner = spec.config["layer"];
    return endsUneven(isSpec(inner) ? inner : spec, inShape.slice(0, -1)) ? [name] : [];
  });
}
