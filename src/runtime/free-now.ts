let closed: InstanceType<typeof MessagePort> | undefined;

/**
 * Frees the buffer of an array that nobody will read again, instead of at some later garbage collection: its memory,
 * still in the core's caches, then serves the next result. The buffer is moved to a closed port (which works where
 * `ArrayBuffer.prototype.transfer` is missing); it and all views of it have no bytes afterwards. Does nothing to shared
 * memory, to a buffer that was freed or moved before, and to one that can't be moved.
 */
export function freeNow({ buffer }: ArrayBufferView): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength === 0) return;
  if (closed === undefined) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    closed = port1;
  }
  try {
    closed.postMessage(undefined, [buffer]);
  } catch {
    // A buffer that can't be moved, as WebAssembly's, is the garbage collector's.
  }
}
