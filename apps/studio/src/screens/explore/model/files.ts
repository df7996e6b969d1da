import { strFromU8, unzip, type Unzipped } from "fflate";
import { loadModel, type TrainedVae } from "latent/web";

/** What the page takes from files: more than any model of a laptop, less than would stop the page. */
export const limits = { file: 512 * 1024 * 1024, files: 64 } as const;

/** What of a run's or model's files is read, by the last part of their names. */
const wanted = new Set(["model.json", "weights.safetensors", "config.json"]);

/** A model that was opened from files. */
export interface OpenedFiles {
  readonly name: string;
  readonly model: TrainedVae;
  /** The data's name, as the run or model says it. */
  readonly data: string;
  readonly classes: readonly string[] | undefined;
}

/** A file as the browser hands it out. */
export interface NamedFile {
  readonly name: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MB`;

function requireSize(name: string, size: number): void {
  if (size > limits.file) {
    throw new Error(
      `${name} is of ${inMegabytes(size)}; files of up to ${inMegabytes(limits.file)} are opened`,
    );
  }
}

/** The files of a model within a zip; of two with one name the one in `model/`. */
async function fromZip(name: string, bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  let total = 0;
  const found = await new Promise<Unzipped>((resolve, reject) => {
    const filter = (file: { readonly name: string; readonly originalSize: number }): boolean => {
      if (!wanted.has(lastPart(file.name))) return false;
      total += file.originalSize;
      return total <= limits.file;
    };
    unzip(bytes, { filter }, (error, files) => {
      if (error) reject(new Error(`${name} is no zip that can be read: ${error.message}`));
      else resolve(files);
    });
  });
  requireSize(`${name}, unpacked,`, total);
  const paths = Object.keys(found).sort(
    (a, b) => Number(/(^|\/)model\//.test(a)) - Number(/(^|\/)model\//.test(b)),
  );
  return Object.fromEntries(paths.map((path) => [lastPart(path), found[path] as Uint8Array]));
}

/** Reads what is wanted out of files that were dropped or picked: one zip, or a model's files. */
export async function readModelFiles(
  files: readonly NamedFile[],
): Promise<{ readonly name: string; readonly files: Record<string, Uint8Array> }> {
  const [first] = files;
  if (first === undefined) throw new Error("there are no files");
  const zip = files.find((file) => /\.zip$/i.test(file.name));
  if (zip !== undefined) {
    requireSize(zip.name, zip.size);
    const bytes = new Uint8Array(await zip.arrayBuffer());
    return { name: zip.name.replace(/\.zip$/i, ""), files: await fromZip(zip.name, bytes) };
  }
  const some = files.filter((file) => wanted.has(lastPart(file.name)));
  if (some.length === 0) {
    const names = files.slice(0, 3).map((file) => file.name);
    throw new Error(
      `${names.join(", ")}: no model; open a run's zip, or the files model.json and weights.safetensors together`,
    );
  }
  for (const file of some) requireSize(file.name, file.size);
  const read = await Promise.all(
    some.map(async (file) => [lastPart(file.name), new Uint8Array(await file.arrayBuffer())] as const),
  );
  return { name: "model", files: Object.fromEntries(read) };
}

interface About {
  readonly dataset?: unknown;
  readonly classes?: unknown;
}

function aboutOf(card: Uint8Array | undefined): About {
  if (card === undefined) return {};
  try {
    return (JSON.parse(strFromU8(card)) as { about?: About }).about ?? {};
  } catch {
    return {};
  }
}

/** Opens a model from files. Throws an Error that names what is missing, damaged or too large. */
export async function openModelFiles(given: readonly NamedFile[]): Promise<OpenedFiles> {
  const { name, files } = await readModelFiles(given);
  if (files["model.json"] === undefined) {
    const what = Object.keys(files).join(", ") || "none of a model's files";
    throw new Error(
      `${name} has ${what} but no model.json; a run gets it when its training is finished (latent train --resume goes on with it)`,
    );
  }
  const model = await loadModel(files, { threads: 1 });
  const { dataset, classes } = aboutOf(files["model.json"]);
  return {
    name,
    model,
    data: typeof dataset === "string" ? dataset : "",
    classes: Array.isArray(classes) && classes.every((one) => typeof one === "string") ? classes : undefined,
  };
}
