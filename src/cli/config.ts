import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { suggestion } from "../distributions/index.js";
import { UserError } from "../tensor/index.js";
import { checkField, fields, objectFields } from "./fields.js";

const members = {
  ...Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
  ...objectFields,
  pictures: z.boolean({ error: "must be true or false" }),
} as unknown as { [K in keyof typeof fields]: (typeof fields)[K]["schema"] } & typeof objectFields & {
    pictures: z.ZodType<boolean>;
  };

/** Settings of a run after checking: names have become distributions and objectives. */
export type Settings = { readonly [K in keyof typeof members]?: z.output<(typeof members)[K]> };

type Named = "posterior" | "prior" | "likelihood" | "objective";

/**
 * What `latent.config.ts` may export: the settings that `latent train` takes as flags, under the same names, and
 * `data`, `encoder`, `decoder` and `optimizer` as objects. Distributions and the objective are names, such as
 * `"gamma(concentration=2)"`, or objects.
 */
export type LatentConfig = {
  readonly [K in keyof Settings]?: K extends Named ? string | NonNullable<Settings[K]> : Settings[K];
};

/** Gives a config file's contents their type: `export default defineConfig({ z: 20, epochs: 5 })`. */
export function defineConfig(config: LatentConfig): LatentConfig {
  return config;
}

/** Checks a config file's contents. Throws a UserError of wrong usage that names `source` and the setting. */
export function checkConfig(config: unknown, source: string): Settings {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new UserError(`${source} must export an object, such as defineConfig({ z: 2 })`, 2);
  }
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    if (!Object.hasOwn(members, name)) {
      throw new UserError(
        `${source}: there is no setting "${name}"; ${suggestion(name, Object.keys(members))}`,
        2,
      );
    }
    if (value === undefined) continue;
    settings[name] = checkField<unknown>(`${source}: ${name}`, members[name as keyof typeof members], value);
  }
  return settings;
}

/**
 * The settings of `file`, or of `latent.config.ts` (`.js`, `.mjs`, `.json`, ...) in the current folder if there
 * is one. The file's `latent` is the very one that is running, so distributions of one's own fit. Throws a
 * UserError that names the file and what is wrong in it.
 */
export async function loadSettings(file: string | undefined): Promise<Settings> {
  if (file !== undefined && !existsSync(file)) {
    throw new UserError(`--config: can't read ${file}: it does not exist: check the path`, 2);
  }
  const cwd = process.cwd();
  if (file === undefined && !readdirSync(cwd).some((name) => /^latent\.config\.\w+$/.test(name))) return {};
  const [{ loadConfig }, latent] = await Promise.all([import("c12"), import("../index.js")]);
  const name = file === undefined ? "latent.config" : path.resolve(file);
  try {
    const loaded = await loadConfig<Record<string, unknown>>({
      name: "latent",
      cwd,
      configFile: name,
      rcFile: false,
      globalRc: false,
      packageJson: false,
      envName: false,
      extend: false,
      giget: false,
      // c12 merges deeply and so copies objects; a distribution must stay the object that it is.
      merger: (...sources) => sources.find((source) => source !== undefined && source !== null) ?? {},
      jitiOptions: { virtualModules: { latent } },
    });
    const source = loaded._configFile;
    return source === undefined ? {} : checkConfig(loaded.config, path.relative(cwd, source));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(`can't read the config file ${file ?? "latent.config"}: ${message}`, 2, {
      cause: error,
    });
  }
}
