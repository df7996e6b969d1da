import { UserError } from "../../tensor/index.js";

interface Subtle {
  digest(algorithm: string, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
}

/** The SHA-256 of pieces, by the browser's own code and outside the calling thread. */
export async function webSha256(pieces: readonly Uint8Array[]): Promise<string> {
  const subtle = (globalThis as { readonly crypto?: { readonly subtle?: Subtle } }).crypto?.subtle;
  if (subtle === undefined) {
    throw new UserError("runs are kept and read only by pages of https addresses or of localhost");
  }
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", whole));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
