import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { readJson, suggestion } from "../catalogue/index.js";
import { checkConfig, type Settings } from "../runs/index.js";
import { UserError } from "../tensor/index.js";

const endings = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];

/** The config file of the current folder, if there is one. */
function usualFile(): string | undefined {
  const there = readdirSync(process.cwd()).filter((name) => /^latent\.config\.\w+$/.test(name));
  const readable = there.filter((name) => endings.includes(path.extname(name)));
  if (readable.length > 1) {
    throw new UserError(`there are ${readable.join(" and ")}: keep one, or choose by --config`, 2);
  }
  const [odd] = there;
  if (readable.length === 0 && odd !== undefined) throw notReadable(odd);
  return readable[0];
}

function notReadable(file: string): UserError {
  const ending = path.extname(file);
  return new UserError(
    `can't read the config file ${file}: it must end in ${endings.join(", ")}; ${suggestion(ending, endings)}`,
    2,
  );
}

async function contentsOf(file: string): Promise<unknown> {
  if (path.extname(file) === ".json") return readJson(readFileSync(file, "utf8"), file);
  const [{ createJiti }, latent, graph] = await Promise.all([
    import("jiti"),
    import("../index.js"),
    import("../graph-node.js"),
  ]);
  // Its `latent` is the very one that is running, so that distributions of one's own fit.
  const virtualModules = { latent, "latent/graph": graph };
  const jiti = createJiti(path.resolve("latent.config"), { virtualModules, fsCache: false });
  const contents = await jiti.import<unknown>(path.resolve(file), { default: true });
  return typeof contents === "function" ? await (contents as () => unknown)() : contents;
}

/** A config file's settings, and where it is. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** Full path. */
  readonly file?: string;
  /** What the file says, before texts became what they name. */
  readonly contents?: unknown;
}

/**
 * The settings of `file`, or of `latent.config.ts` (`.js`, `.mjs`, `.json`, ...) in the current folder if there
 * is one. Throws a UserError that names the file and what is wrong in it.
 */
export async function loadConfig(file: string | undefined): Promise<LoadedSettings> {
  if (file !== undefined && !existsSync(file)) {
    throw new UserError(`--config: can't read ${file}: it does not exist: check the path`, 2);
  }
  const found = file ?? usualFile();
  if (found === undefined) return { settings: {} };
  requireReadable(found);
  const contents = await readConfigFile(found);
  const settings = checkConfig(contents, path.relative(process.cwd(), path.resolve(found)));
  return { settings, file: path.resolve(found), contents };
}

/** What a file of settings exports, TypeScript or JSON. Throws a UserError that names it. */
export async function readConfigFile(file: string): Promise<unknown> {
  try {
    return await contentsOf(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
    throw new UserError(`can't read the config file ${file}: ${message}`, 2, { cause: error });
  }
}

/** The endings that a file of settings may have. Throws a UserError for another. */
export function requireReadable(file: string): void {
  if (!endings.includes(path.extname(file))) throw notReadable(file);
}

/** The settings alone. */
export async function loadSettings(file: string | undefined): Promise<Settings> {
  return (await loadConfig(file)).settings;
}
