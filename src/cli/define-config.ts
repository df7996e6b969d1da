import type { Settings } from "./settings.js";

/**
 * What `latent.config.ts` may export: the settings that `latent train` takes as flags, under the same names, and
 * `data`, `encoder`, `decoder` and `optimizer` as objects. Distributions and the objective are names, such as
 * `"gamma(concentration=2)"`, or objects.
 */
export type LatentConfig = {
  readonly [K in keyof Settings]?: K extends "posterior" | "prior" | "likelihood" | "objective"
    ? string | NonNullable<Settings[K]>
    : Settings[K];
};

/** Gives a config file's contents their type: `export default defineConfig({ z: 20, epochs: 5 })`. */
export function defineConfig(config: LatentConfig): LatentConfig {
  return config;
}
