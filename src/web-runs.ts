import { aWritableFolder, type FolderHandle } from "./model/folder-handle.js";
import type { LoadFilesOptions } from "./model/load-files.js";
import { type KeptRun, keptRunIn } from "./runs/kept-run.js";
import { filesPlace } from "./runs/place/files-place.js";
import { handlePlace } from "./runs/place/handle-place.js";
import type { UnzipLimits } from "./runs/run-zip.js";
import type { WebEngineOptions } from "./runtime/web-backend.js";
import {
  be,
  type Check,
  type ChecksOf,
  packageInPage,
  requireArgument,
  requireOptions,
} from "./tensor/index.js";
import { loadChecks, openWebBackend } from "./web-platform.js";

/** Where a kept run is: a folder's handle, or its files by name, such as `checkpoint/last.safetensors`. */
export type RunSource = FolderHandle | Readonly<Record<string, Uint8Array>>;

const aRun: Check = {
  expected: "a folder's handle, or a run's files by name",
  ok: (value) =>
    aWritableFolder.ok(value) ||
    (be.having([], "").ok(value) &&
      Object.values(value as object).every((file) => file instanceof Uint8Array)),
};

const isFolder = (source: RunSource): source is FolderHandle => aWritableFolder.ok(source);

/**
 * Opens a run that was kept, while it is trained, after it was interrupted or when it has ended, for its settings, its history and
 * its models. Throws a UserError that names the file which is missing or damaged.
 */
export async function openRun(
  source: RunSource,
  options: LoadFilesOptions & WebEngineOptions = {},
): Promise<KeptRun> {
  requireArgument("openRun", "the run", source, aRun);
  requireOptions("openRun", options, loadChecks);
  const place = isFolder(source) ? handlePlace(source) : filesPlace("the run", source);
  return keptRunIn(place, () => openWebBackend(options), options);
}

/**
 * The files of a run's folder as a zip archive: unpacked, `latent train --resume --out FOLDER` goes on with it. The same run makes
 * the same bytes. Throws a UserError if the folder holds no run.
 */
export async function zipRun(folder: FolderHandle): Promise<Uint8Array> {
  requireArgument("zipRun", "the folder", folder, aWritableFolder);
  const { zipPlace } = await packageInPage("fflate", "an archive", import("./runs/run-zip.js"));
  return zipPlace(handlePlace(folder));
}

const limitChecks = {
  bytes: be.whole(1),
  files: be.whole(1),
} as const satisfies ChecksOf<UnzipLimits>;

/**
 * Unpacks the zip archive of a run's folder (its files at the top or in one folder) into a folder that holds none. Throws a
 * UserError, and writes nothing, for an archive that is damaged, of no run, larger than `limits` allow, or with files that
 * would lead elsewhere.
 */
export async function unzipRun(
  bytes: Uint8Array,
  folder: FolderHandle,
  limits: UnzipLimits = {},
): Promise<void> {
  requireArgument("unzipRun", "the archive", bytes, be.bytes);
  requireArgument("unzipRun", "the folder", folder, aWritableFolder);
  requireOptions("unzipRun", limits, limitChecks);
  const { unzipInto } = await packageInPage("fflate", "an archive", import("./runs/run-zip.js"));
  await unzipInto(handlePlace(folder), bytes, limits);
}
