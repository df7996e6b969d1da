type Flat = Readonly<Record<string, string>>;

/** What lies in a nested object, by path: `model.latent`. */
export function flat(value: unknown, path = ""): Record<string, string> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const found = Object.entries(value).map(([key, inner]) =>
      flat(inner, path === "" ? key : `${path}.${key}`),
    );
    return Object.assign({}, ...found) as Record<string, string>;
  }
  return { [path]: typeof value === "string" ? value : JSON.stringify(value) };
}

/** A setting in which runs differ, with each run's value; undefined where a run has none. */
export interface Difference {
  readonly setting: string;
  readonly values: readonly (string | undefined)[];
}

/** Not what was asked for, but where and with which versions it happened. */
const aside =
  /^(version|latent|created|environment|threads|engine|device|source|configFile|schema|examples|data\.|dataset)/;

/** The settings in which configs differ, in the order of the first that has them. */
export function differences(configs: readonly unknown[]): Difference[] {
  const each: readonly Flat[] = configs.map((config) => flat(config));
  const settings = [...new Set(each.flatMap((one) => Object.keys(one)))].filter(
    (setting) => !aside.test(setting),
  );
  return settings
    .map((setting) => ({ setting, values: each.map((one) => one[setting]) }))
    .filter(({ values }) => new Set(values).size > 1);
}
