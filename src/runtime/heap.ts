let told = false;

/** Just below the 32 MB up to which glibc adapts itself. */
const block = 33_000_000;

/**
 * Makes the C library keep memory that is freed, for the next call. Results of a model are garbage of some megabytes
 * a call; glibc gives each such block back to the system when it is collected, and the next one is then paid for
 * page by page, which can take several times as long as the computation. The size from which it does so is that of
 * the largest block of its own ever freed, at most 32 MB, and it keeps twice as much (`mallopt(3)`,
 * M_MMAP_THRESHOLD): so one block is allocated, never touched, and left to the garbage collector. Does nothing the
 * second time, and nothing outside of Linux.
 */
export function keepFreedMemory(): void {
  if (told || process.platform !== "linux") return;
  told = true;
  new ArrayBuffer(block);
}
