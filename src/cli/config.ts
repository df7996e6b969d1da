import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../tensor/index.js";
import { checkConfig, type Settings } from "./settings.js";

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
  const [{ loadConfig }, latent, graph] = await Promise.all([
    import("c12"),
    import("../index.js"),
    import("../graph-node.js"),
  ]);
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
      jitiOptions: { virtualModules: { latent, "latent/graph": graph } },
    });
    const source = loaded._configFile;
    return source === undefined ? {} : checkConfig(loaded.config, path.relative(cwd, source));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
    throw new UserError(`can't read the config file ${file ?? "latent.config"}: ${message}`, 2, {
      cause: error,
    });
  }
}
