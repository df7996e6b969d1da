/** Bytes as base64, in Node and in the browser alike. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  // Arguments go on the stack: not too many at a time.
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}
