import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * The folder where downloaded files are kept: `LATENT_CACHE` if it is set; otherwise `latent` in
 * `XDG_CACHE_HOME` if that is set, in `~/Library/Caches` on macOS, in `LOCALAPPDATA` on Windows, in
 * `~/.cache` elsewhere. It is not created here.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.LATENT_CACHE) return resolve(env.LATENT_CACHE);
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, "latent");
  if (platform === "darwin") return join(home, "Library", "Caches", "latent");
  if (platform === "win32")
    return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "latent", "Cache");
  return join(home, ".cache", "latent");
}
