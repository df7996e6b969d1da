import { distributions, type Family } from "../distributions/index.js";
import type { Backend } from "../runtime/index.js";
import { UserError } from "../tensor/index.js";
import { readCard, unbundle } from "./bundle.js";
import type { FamilyConfig } from "./config.js";
import { isNamed, type ReadableFolder } from "./folder-handle.js";
import type { TrainedVae } from "./trained.js";
import type { Vae } from "./vae.js";

/**
 * Where a saved model's files are: the address of its folder (of a run's folder, or of `model/` in it), the files
 * themselves by name (at least `model.json` and `weights.safetensors`), or the handle of its folder or its run's: one that the
 * user has opened, or of the origin's private file system.
 */
export type ModelSource = string | URL | Readonly<Record<string, Uint8Array>> | ReadableFolder;

/** How a model is put together out of its files. */
export interface LoadFilesOptions {
  /** In place of what the files describe: for networks of one's own, which files can't hold. */
  readonly definition?: Vae;
  /** Looks distributions up that are not registered (`registerFamily`); returns undefined for the others. */
  readonly families?: (config: FamilyConfig) => Family | undefined;
}

interface Place {
  /** What a file is called in messages. */
  nameOf(file: string): string;
  /** A file's contents, or undefined if there is none. Throws a UserError if it can't be read. */
  read(file: string): Promise<Uint8Array | undefined>;
}

/** Looks like what servers send in place of a file that they don't have: a page. */
function isPage(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").startsWith("text/html");
}

function addressPlace(address: string | URL): Place {
  const folder = String(address).replace(/\/*$/, "");
  const nameOf = (file: string): string => `${folder}/${file}`;
  return {
    nameOf,
    async read(file) {
      let response: Response;
      try {
        response = await fetch(nameOf(file));
      } catch (cause) {
        throw new UserError(`${nameOf(file)} can't be fetched; check the address and the network`, 1, {
          cause,
        });
      }
      if (response.status === 404 || response.status === 410 || (response.ok && isPage(response)))
        return undefined;
      if (!response.ok) throw new UserError(`${nameOf(file)} can't be fetched: status ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

function isHandle(source: object): source is ReadableFolder {
  return "getFileHandle" in source && typeof source.getFileHandle === "function";
}

interface OuterFolder {
  getDirectoryHandle(name: string): Promise<ReadableFolder>;
}

/** The folder of a handle, or one in it. */
function handlePlace(handle: ReadableFolder, inner?: string): Place {
  const nameOf = (file: string): string =>
    [handle.name, ...(inner === undefined ? [] : [inner]), file].join("/");
  const folder = async (): Promise<ReadableFolder> =>
    inner === undefined ? handle : (handle as ReadableFolder & OuterFolder).getDirectoryHandle(inner);
  return {
    nameOf,
    async read(file) {
      try {
        const found = await (await (await folder()).getFileHandle(file)).getFile();
        return new Uint8Array(await found.arrayBuffer());
      } catch (cause) {
        if (isNamed(cause, "NotFoundError")) return undefined;
        throw new UserError(`${nameOf(file)} can't be read`, 1, { cause });
      }
    },
  };
}

function placesOf(source: ModelSource): Place[] {
  if (typeof source === "string" || source instanceof URL) {
    const folder = String(source).replace(/\/*$/, "");
    return [addressPlace(folder), addressPlace(`${folder}/model`)];
  }
  if (typeof source !== "object" || source === null) {
    throw new UserError(
      "a model is loaded from an address, from files by name, or from a folder's handle",
      2,
    );
  }
  if (isHandle(source)) {
    return [handlePlace(source), ...("getDirectoryHandle" in source ? [handlePlace(source, "model")] : [])];
  }
  return [{ nameOf: (file) => file, read: async (file) => source[file] }];
}

/**
 * A trained model out of its files, wherever they are. Throws a UserError that names the file that is missing, damaged
 * or of a later version.
 */
export async function loadModelFrom(
  source: ModelSource,
  openBackend: () => Promise<Backend>,
  { definition, families }: LoadFilesOptions = {},
): Promise<TrainedVae> {
  const places = placesOf(source);
  for (const place of places) {
    const card = await place.read("model.json");
    if (card === undefined) continue;
    const weights = await place.read("weights.safetensors");
    const file = place.nameOf("weights.safetensors");
    if (weights === undefined) throw new UserError(`${file} is missing`);
    const cardSource = place.nameOf("model.json");
    return unbundle(readCard(new TextDecoder().decode(card), cardSource), weights, file, {
      cardSource,
      familyFrom: (config) => families?.(config) ?? distributions.from(config),
      openBackend,
      ...(definition && { definition }),
    });
  }
  const missing = places.map((place) => place.nameOf("model.json")).join(" and ");
  const hint =
    typeof source === "object" && "entries" in source ? "; openRun opens runs that have not ended" : "";
  throw new UserError(`there is no model: ${missing} missing${hint}`);
}
