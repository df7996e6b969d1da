import * as z from "zod";
import { suggestion } from "../catalogue/index.js";
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
