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

/** Bytes as people read them: kB, from a thousand of them on MB, then GB. */
export function inUnits(bytes: number): { readonly value: number; readonly unit: "kB" | "MB" | "GB" } {
  if (bytes >= 1e9) return { value: bytes / 1e9, unit: "GB" };
  return bytes >= 1e6 ? { value: bytes / 1e6, unit: "MB" } : { value: bytes / 1e3, unit: "kB" };
}
