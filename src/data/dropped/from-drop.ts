import { be, requireArgument, requireOptions } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { isHiddenPath, type PlacedFile, type SomeFile, usualLimits } from "./some-file.js";

/** A file or folder that was dropped, as browsers have it (`FileSystemEntry`). */
export interface DroppedEntry {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly name: string;
}

interface FileEntry extends DroppedEntry {
  file(done: (file: SomeFile) => void, failed: (cause: unknown) => void): void;
}

interface FolderEntry extends DroppedEntry {
  createReader(): {
    readEntries(done: (entries: readonly DroppedEntry[]) => void, failed: (cause: unknown) => void): void;
  };
}

/** What of a `DataTransferItem` is used. */
export interface DroppedItem {
  readonly kind: string;
  getAsFile(): SomeFile | null;
  webkitGetAsEntry?(): DroppedEntry | null;
}

/** How dropped folders are read. */
export interface FilesFromDropOptions {
  /** More files are refused; default 200,000. */
  readonly files?: number;
  /** Stops with the signal's reason. */
  readonly signal?: AbortSignal;
}

const someItems = {
  expected: "what was dropped, event.dataTransfer.items",
  ok: (value: unknown) =>
    typeof value === "object" && value !== null && "length" in value && typeof value.length === "number",
};

/** Folders deeper than this are taken for a mistake. */
const deepest = 32;

function failed(path: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`can't read ${path} (${reason}): drop it again`, 1, { cause });
}

/** All files in what was dropped, with their paths. */
class Gathered {
  readonly files: PlacedFile[] = [];

  constructor(
    private readonly most: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  add(path: string, file: SomeFile): void {
    if (isHiddenPath(path)) return;
    this.files.push({ path, file });
    if (this.files.length <= this.most) return;
    throw new UserError(
      `more than ${this.most.toLocaleString("en-US")} files were dropped: drop a folder with fewer, or allow more with { files }`,
    );
  }

  async visit(entry: DroppedEntry, above: string, depth = 0): Promise<void> {
    this.signal?.throwIfAborted();
    const path = above === "" ? entry.name : `${above}/${entry.name}`;
    if (isHiddenPath(path)) return;
    if (depth > deepest) throw new UserError(`${path}: folders more than ${deepest} deep are not read`);
    if (entry.isFile) return this.add(path, await fileOf(entry as FileEntry, path));
    if (!entry.isDirectory) return;
    const reader = (entry as FolderEntry).createReader();
    // a folder's entries come a hundred at a time, none when all have come
    for (;;) {
      const entries = await new Promise<readonly DroppedEntry[]>((done, fail) => {
        reader.readEntries(done, (cause) => fail(failed(path, cause)));
      });
      if (entries.length === 0) return;
      for (const inside of entries) await this.visit(inside, path, depth + 1);
    }
  }
}

function fileOf(entry: FileEntry, path: string): Promise<SomeFile> {
  return new Promise((done, fail) => entry.file(done, (cause) => fail(failed(path, cause))));
}

/**
 * The files that were dropped on a page, those in dropped folders too, with their paths: for `readFiles`, in the page or posted to a
 * worker. Call it in the drop event's handler before anything is awaited: the browser takes the items back after.
 *
 *     page.ondrop = (event) => { event.preventDefault(); const files = filesFromDrop(event.dataTransfer.items); ... };
 *
 * Throws a UserError for too many files and for what can't be read.
 */
export async function filesFromDrop(
  items: ArrayLike<DroppedItem>,
  options: FilesFromDropOptions = {},
): Promise<PlacedFile[]> {
  requireArgument("filesFromDrop", "the items", items, someItems);
  requireOptions("filesFromDrop", options, { files: be.whole(1), signal: be.signal });
  const { files = usualLimits.files, signal } = options;
  const found = Array.from(items)
    .filter((item) => item?.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const gathered = new Gathered(files, signal);
  for (const one of found) {
    if (one === null) continue;
    if (one instanceof Blob) gathered.add(one.name, one);
    else await gathered.visit(one, "");
  }
  return gathered.files;
}
