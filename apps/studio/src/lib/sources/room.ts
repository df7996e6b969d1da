/** What this page's files take of the room that the browser gives it, in bytes. */
export interface Room {
  readonly used: number;
  readonly given: number;
}

/** Above this share the room is nearly full: a run's next checkpoint may not fit beside the one before. */
const nearlyFull = 0.9;

export const isNearlyFull = ({ used, given }: Room): boolean => given > 0 && used / given > nearlyFull;

/** What is taken and given, where the browser tells. */
export async function roomNow(): Promise<Room | undefined> {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  return usage === undefined || quota === undefined ? undefined : { used: usage, given: quota };
}

/** The bytes of all files in a folder. */
export async function sizeOfFolder(folder: FileSystemDirectoryHandle): Promise<number> {
  let size = 0;
  for await (const entry of folder.values()) {
    if (entry.kind === "directory") size += await sizeOfFolder(entry);
    else size += (await entry.getFile().catch(() => undefined))?.size ?? 0;
  }
  return size;
}

/** Bytes as people read them: MB, from a thousand of them on GB. */
export const inUnits = (bytes: number): { readonly value: number; readonly unit: "MB" | "GB" } =>
  bytes >= 1e9 ? { value: bytes / 1e9, unit: "GB" } : { value: bytes / 1e6, unit: "MB" };
