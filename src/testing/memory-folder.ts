import type { FileHandle, FolderHandle, StoredFile } from "../model/folder-handle.js";

/** An error as browsers throw it. */
function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

/** What a page does to a folder, before it is done; it throws for a page that has ended. */
export type Watch = (operation: string, file: string) => void;

/**
 * A folder as browsers hand it out, in memory. What is written to a file is seen when its writer is closed and not before, as
 * browsers have it. `as` gives the handle of a page that is watched.
 */
export class MemoryFolder implements FolderHandle {
  readonly kind = "directory";

  constructor(
    readonly name: string,
    private readonly items: Map<string, MemoryFolder | MemoryFile> = new Map(),
    private readonly watch: Watch = () => undefined,
  ) {}

  /** The same folder as a page has it all of whose operations are told first. */
  as(watch: Watch): MemoryFolder {
    return new MemoryFolder(this.name, this.items, watch);
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<FileHandle> {
    this.watch(create ? "make" : "find", name);
    const found = this.items.get(name);
    if (found instanceof MemoryFolder) throw named("TypeMismatchError");
    if (found === undefined && !create) throw named("NotFoundError");
    const file = found ?? new MemoryFile();
    this.items.set(name, file);
    return file.as(name, this.watch);
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<MemoryFolder> {
    this.watch(create ? "make" : "find", name);
    const found = this.items.get(name);
    if (found instanceof MemoryFile) throw named("TypeMismatchError");
    if (found === undefined && !create) throw named("NotFoundError");
    const folder = found ?? new MemoryFolder(name);
    this.items.set(name, folder);
    return folder.as(this.watch);
  }

  async removeEntry(name: string, { recursive = false } = {}): Promise<void> {
    this.watch("remove", name);
    const found = this.items.get(name);
    if (found === undefined) throw named("NotFoundError");
    if (found instanceof MemoryFolder && found.items.size > 0 && !recursive)
      throw named("InvalidModificationError");
    this.items.delete(name);
  }

  async *entries(): AsyncGenerator<[string, { readonly kind: "file" | "directory" }]> {
    this.watch("list", this.name);
    yield* this.items;
  }

  /** Puts files into it, by name. */
  async put(files: Readonly<Record<string, Uint8Array | string>>): Promise<this> {
    for (const [file, content] of Object.entries(files)) {
      const parts = file.split("/");
      let inner = this.as(this.watch);
      for (const part of parts.slice(0, -1)) inner = await inner.getDirectoryHandle(part, { create: true });
      const handle = await inner.getFileHandle(parts.at(-1) ?? "", { create: true });
      const writer = await handle.createWritable();
      await writer.write(typeof content === "string" ? content : new Uint8Array(content));
      await writer.close();
    }
    return this;
  }

  /** The contents of all files, by name. */
  files(before = ""): Record<string, Uint8Array> {
    const found = [...this.items].map(
      ([name, item]): Record<string, Uint8Array> =>
        item instanceof MemoryFolder
          ? item.files(`${before}${name}/`)
          : { [`${before}${name}`]: item.content },
    );
    return Object.assign({}, ...found) as Record<string, Uint8Array>;
  }
}

class MemoryFile {
  readonly kind = "file";
  content = new Uint8Array();
  lastModified = Date.now();

  as(name: string, watch: Watch): FileHandle {
    return {
      getFile: async (): Promise<StoredFile> => {
        watch("read", name);
        const { content, lastModified } = this;
        const part = (begin: number, end: number) => ({
          arrayBuffer: async () => content.slice(begin, end).buffer,
        });
        return { size: content.length, lastModified, slice: part, ...part(0, content.length) };
      },
      createWritable: async ({ keepExistingData = false } = {}) => {
        watch("begin", name);
        let swap = keepExistingData ? this.content.slice() : new Uint8Array();
        let at = 0;
        return {
          seek: async (position) => {
            at = position;
          },
          write: async (content) => {
            watch("write", name);
            const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
            const grown = new Uint8Array(Math.max(swap.length, at + bytes.length));
            grown.set(swap);
            grown.set(bytes, at);
            swap = grown;
            at += bytes.length;
          },
          close: async () => {
            watch("close", name);
            this.content = swap;
            this.lastModified = Date.now();
          },
          abort: async () => undefined,
        };
      },
    };
  }
}

/** The Web Locks of an origin whose pages all run here. */
export class MemoryLocks {
  private readonly held = new Map<string, () => void>();
  private readonly waiting: { readonly name: string; readonly start: () => void }[] = [];

  async request(name: string, callback: () => Promise<void>): Promise<void> {
    await new Promise<void>((start) => {
      if (this.held.has(name)) this.waiting.push({ name, start });
      else start();
    });
    await new Promise<void>((end) => {
      this.held.set(name, end);
      void callback().then(end);
    });
    this.held.delete(name);
    const next = this.waiting.findIndex((other) => other.name === name);
    if (next >= 0) this.waiting.splice(next, 1)[0]?.start();
  }

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: [...this.held.keys()].map((name) => ({ name })) };
  }

  /** Ends the page that holds them. */
  async endPage(): Promise<void> {
    for (const end of this.held.values()) end();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
