import { type FileHandle, type FolderHandle, isNamed, type StoredFile } from "../../model/folder-handle.js";
import { handleError } from "./handle-error.js";
import { type LockablePlace, takePageLock } from "./page-lock.js";
import type { RunPlace } from "./place.js";
import { webSha256 } from "./web-crypto.js";

/** A place that also says when its files were written, and reads parts of them. */
export interface HandlePlace extends RunPlace, LockablePlace {
  /** A file as it is stored, or undefined if there is none. */
  stored(file: string): Promise<StoredFile | undefined>;
}

function split(file: string): { readonly folders: readonly string[]; readonly last: string } {
  const parts = file.split("/");
  return { folders: parts.slice(0, -1), last: parts.at(-1) ?? "" };
}

async function folderIn(root: FolderHandle, folders: readonly string[]): Promise<FolderHandle> {
  let folder = root;
  for (const name of folders) folder = await folder.getDirectoryHandle(name);
  return folder;
}

/** What an operation gives, or `otherwise` where there is no such file or folder. */
async function unlessMissing<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    if (isNamed(error, "NotFoundError")) return otherwise;
    throw error;
  }
}

/**
 * Writes to a file, which keeps what it has but for what `write` adds; nothing is seen of it until all is there: browsers write to a
 * file beside it, which takes its place when it is closed. A page that is ended meanwhile leaves the file as it was.
 */
async function writeInto(
  root: FolderHandle,
  file: string,
  content: Uint8Array | string,
  adding: boolean,
): Promise<void> {
  const { folders, last } = split(file);
  const handle = await (await folderIn(root, folders)).getFileHandle(last, { create: true });
  const size = adding ? (await handle.getFile()).size : 0;
  const writer = await handle.createWritable({ keepExistingData: adding });
  try {
    if (adding) await writer.seek(size);
    // Browsers refuse shared memory.
    await writer.write(typeof content === "string" ? content : plainBytes(content));
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
  await writer.close();
}

function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

async function* filesIn(folder: FolderHandle, before = ""): AsyncGenerator<string> {
  for await (const [name, { kind }] of folder.entries()) {
    if (kind === "file") yield `${before}${name}`;
    else yield* filesIn(await folder.getDirectoryHandle(name), `${before}${name}/`);
  }
}

/** A folder that a browser has handed out as a place of a run. */
export function handlePlace(root: FolderHandle): HandlePlace {
  const at = (file: string): string => `${root.name}/${file}`;
  const told = async <T>(work: Promise<T>, what: string): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw handleError(error, what);
    }
  };
  const handleOf = async (file: string): Promise<FileHandle> => {
    const { folders, last } = split(file);
    return (await folderIn(root, folders)).getFileHandle(last);
  };
  const stored = (file: string): Promise<StoredFile | undefined> => {
    const found = handleOf(file).then((handle) => handle.getFile());
    return told(unlessMissing(found, undefined), `read ${at(file)}`);
  };
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    for (let tries = 1; ; tries++) {
      const found = await stored(file);
      try {
        return found && new Uint8Array(await found.arrayBuffer());
      } catch (error) {
        // It was written anew between the two.
        if (tries === 3 || !isNamed(error, "NotReadableError")) throw handleError(error, `read ${at(file)}`);
      }
    }
  };
  const remove = async (file: string): Promise<void> => {
    const { folders, last } = split(file);
    await (await folderIn(root, folders)).removeEntry(last);
  };
  const place: HandlePlace = {
    name: root.name,
    at,
    stored,
    read,
    written: async (file) => (await stored(file))?.lastModified,
    writeWhole: (file, content) => told(writeInto(root, file, content, false), `write ${at(file)}`),
    append: (file, text) => told(writeInto(root, file, text, true), `write ${at(file)}`),
    removeWhole: (file) => told(unlessMissing(remove(file), undefined), `remove ${at(file)}`),
    async copyNew(file, to) {
      if ((await stored(to)) !== undefined) return false;
      const bytes = await read(file);
      if (bytes !== undefined) await place.writeWhole(to, bytes);
      return true;
    },
    async makeFolder(folder) {
      if (folder === "") return false;
      const make = async (): Promise<boolean> => {
        const { folders, last } = split(folder);
        const outer = await folderIn(root, folders);
        const there = await unlessMissing(outer.getDirectoryHandle(last), undefined);
        if (there === undefined) await outer.getDirectoryHandle(last, { create: true });
        return there === undefined;
      };
      return told(make(), `make the folder ${at(folder)}`);
    },
    async removeFolder(folder) {
      // One that is not empty is refused; its own folder is of who handed it out.
      if (folder !== "") await root.removeEntry(folder).catch(() => undefined);
    },
    // What a browser had begun beside a file, it takes away itself.
    sweep: () => Promise.resolve(),
    async files() {
      const names: string[] = [];
      const list = async (): Promise<void> => {
        for await (const name of filesIn(root)) names.push(name);
      };
      await told(list(), `read the folder ${root.name}`);
      return names.sort();
    },
    hold: () => takePageLock(place),
    sha256: webSha256,
  };
  return place;
}
