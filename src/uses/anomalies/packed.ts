import { z } from "zod";

const kinds = { Float32Array, Float64Array, Int32Array } as const;

const packedArray = z.strictObject({
  $array: z.enum(["Float32Array", "Float64Array", "Int32Array"]),
  base64: z.string(),
});

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

function textOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** Plain data with arrays of numbers in it as plain JSON, which loses no bit of them. */
export function pack(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const kind = value.constructor.name;
    if (!Object.hasOwn(kinds, kind)) throw new Error(`a ${kind} can't be packed`);
    return { $array: kind, base64: textOf(value) };
  }
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, pack(inner)]));
}

/** The inverse of `pack`. */
export function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value !== "object" || value === null) return value;
  const array = packedArray.safeParse(value);
  if (array.success) {
    const { $array: kind, base64 } = array.data;
    const bytes = bytesOf(base64);
    return new kinds[kind](bytes.buffer as ArrayBuffer);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unpack(inner)]));
}
