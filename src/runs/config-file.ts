import { be, optionEntries, requireArgument, suggestion } from "../catalogue/index.js";
import { UserError } from "../tensor/index.js";
import { checkField } from "./check-fields.js";
import type { Checked, Fields, In } from "./field.js";
import { runFields, type RunSpec } from "./spec.js";

/** All but `input`, which the data say. */
const settingFields = Object.fromEntries(
  Object.entries(runFields).filter(([name]) => name !== "input"),
) as Omit<typeof runFields, "input">;

/**
 * What `latent.config.ts` may export: everything that a run can be told, by the names of the API or of the flags of
 * `latent train`. Distributions, objective, optimiser and networks are names, such as `"gamma(concentration=2)"`, or
 * objects; `data` may be an object, or a function that makes one.
 */
export interface LatentConfig extends Omit<RunSpec, "input"> {
  /** Latent coordinates: `latent` by the name of its flag. */
  readonly z?: In<typeof runFields.latent> | undefined;
  /** Examples a step: `batchSize` by the name of its flag. */
  readonly batch?: In<typeof runFields.batchSize> | undefined;
}

/** Gives a config file's contents their type: `export default defineConfig({ z: 20, epochs: 5 })`. */
export function defineConfig(config: LatentConfig): LatentConfig {
  requireArgument("defineConfig", "the config", config, be.having([], "an object, such as { z: 2 }"));
  return config;
}

/** Settings of a run after checking, by the API's names: names have become distributions and objectives. */
export type Settings = Checked<typeof settingFields>;

const byName: ReadonlyMap<string, string> = new Map(
  Object.entries<Fields[string]>(settingFields).flatMap(([name, { flag = name }]) => [
    [name, name],
    [flag, name],
  ]),
);

/** Checks a config file's contents. Throws a UserError of wrong usage that names `source` and the setting. */
export function checkConfig(config: unknown, source: string): Settings {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new UserError(`${source} must export an object, such as defineConfig({ z: 2 })`, 2);
  }
  const settings: Record<string, unknown> = {};
  for (const [given, value] of optionEntries(source, config)) {
    const name = byName.get(given);
    if (name === undefined) {
      throw new UserError(
        `${source}: there is no setting "${given}"; ${suggestion(given, [...byName.keys()])}`,
        2,
      );
    }
    if (value === undefined) continue;
    if (name in settings) throw new UserError(`${source}: "${given}" is given twice, as "${name}" too`, 2);
    const { schema } = settingFields[name as keyof typeof settingFields] as Fields[string];
    settings[name] = checkField(`${source}: ${given}`, schema, value);
  }
  return settings;
}
