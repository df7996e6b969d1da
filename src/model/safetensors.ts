import {
  allocate,
  be,
  formatShape,
  requireArgument,
  sizeOf,
  type Tensor,
  tensor,
  UserError,
} from "../tensor/index.js";
import { HALVES, MAX_HEADER, METADATA, NAMES, readHeader, STORED } from "./safetensors-header.js";

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: Record<string, Tensor>;
  readonly metadata: Record<string, string>;
}

function bytesOf(value: Tensor): Uint8Array {
  return new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
}

/**
 * Tensors as a file in the safetensors format (https://github.com/huggingface/safetensors).
 *
 * The bytes depend on the contents alone, not on the order of the keys: larger element types come first, which
 * keeps every tensor aligned, then names in ascending order; the header is padded so that data start at a
 * multiple of 8 bytes. `metadata` (default: none) are free texts. Throws an Error for a name that the format
 * can't hold, for data that don't fit the shape, and for a bool that is neither 0 nor 1.
 */
export function encodeSafetensors(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const byName = be.having([], "an object of tensors by name");
  requireArgument("encodeSafetensors", "tensors", tensors, byName);
  for (const [name, value] of Object.entries(tensors)) {
    requireArgument("encodeSafetensors", `"${name}"`, value, be.tensor());
  }
  requireArgument("encodeSafetensors", "metadata", metadata, be.having([], "an object of texts by name"));
  const stored = Object.entries(tensors).map(([name, value]): [string, StoredTensor] => {
    checkTensor(name, value);
    return [name, { stored: NAMES[value.dtype], shape: value.shape, bytes: bytesOf(value) }];
  });
  return encodeStored(Object.fromEntries(stored), metadata);
}

/** A tensor as the format holds it. */
export interface StoredTensor {
  /** The format's name of its element type, such as `F32`. */
  readonly stored: string;
  readonly shape: readonly number[];
  /** Its numbers, little-endian. */
  readonly bytes: Uint8Array;
}

/** Tensors of any of the format's element types as a file, laid out as `encodeSafetensors` does. */
export function encodeStored(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) =>
      STORED.indexOf(a.stored) - STORED.indexOf(b.stored) || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
  const texts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = texts.length === 0 ? [] : [`"${METADATA}":{${texts.map(encodeText).join()}}`];
  let end = 0;
  for (const [name, { stored, shape, bytes }] of sorted) {
    const begin = end;
    end += bytes.byteLength;
    const info = { dtype: stored, shape, data_offsets: [begin, end] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
  }
  const header = new TextEncoder().encode(`{${parts.join()}}`);
  const headerLength = Math.ceil(header.length / 8) * 8;
  if (headerLength > MAX_HEADER) throw new Error("the names and metadata exceed the format's 100 MB");
  const out = new Uint8Array(8 + headerLength + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerLength), true);
  out.set(header, 8);
  out.fill(0x20, 8 + header.length, 8 + headerLength);
  let at = 8 + headerLength;
  for (const [, { bytes }] of sorted) {
    out.set(bytes, at);
    at += bytes.byteLength;
  }
  return out;
}

function checkUnicode(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw new Error(`${JSON.stringify(text)} is not valid Unicode`);
}

function encodeText([key, value]: [string, string]): string {
  if (typeof value !== "string")
    throw new Error(`the metadata value of ${JSON.stringify(key)} is not a text`);
  checkUnicode(key);
  checkUnicode(value);
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function checkTensor(name: string, value: Tensor): void {
  if (name === METADATA)
    throw new Error(`a tensor can't be named ${METADATA}: the format reserves that name`);
  checkUnicode(name);
  if (value.data.length !== sizeOf(value.shape)) {
    const needed = `${sizeOf(value.shape)} values for ${formatShape(value.shape)}`;
    throw new Error(`tensor ${JSON.stringify(name)} has ${value.data.length} values instead of ${needed}`);
  }
  if (value.dtype === "bool" && !isBool(bytesOf(value))) {
    throw new Error(`the bool tensor ${JSON.stringify(name)} has values other than 0 and 1`);
  }
}

function isBool(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte <= 1);
}

function failBool(name: string, fail: (problem: string) => never): never {
  return fail(`the BOOL tensor ${JSON.stringify(name)} has bytes other than 0 and 1`);
}

/**
 * The tensors of a safetensors file, as copies. `source` names the file in messages.
 *
 * Everything is checked before it is used: lengths, the JSON and its types, repeated names, that every tensor
 * has as many bytes as its shape and type say, and that the tensors fill the file without gaps or overlaps.
 * Throws a UserError that says what is wrong, also for valid files with element types other than F32, F64, I32,
 * I64, U8 and BOOL.
 */
export function decodeSafetensors(bytes: Uint8Array, source = "the safetensors data"): Safetensors {
  requireArgument("decodeSafetensors", "the bytes", bytes, be.bytes);
  requireArgument("decodeSafetensors", "the source's name", source, be.text);
  const fail = (problem: string): never => {
    throw new UserError(`${source} is not a valid safetensors file: ${problem}`);
  };
  const { start, entries, metadata } = readHeader(bytes, source, fail);
  const tensors = entries.map(({ name, dtype = "float32", shape, begin, end }): [string, Tensor] => {
    const stored = bytes.subarray(start + begin, start + end);
    if (dtype === "bool" && !isBool(stored)) failBool(name, fail);
    const data = allocate(dtype, sizeOf(shape));
    new Uint8Array(data.buffer).set(stored);
    return [name, tensor(dtype, shape, data)];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** What `decodeStored` gives: a file's tensors as they lie in it, and its free texts. */
export interface StoredTensors {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The tensors of a safetensors file as they are stored, half-precision ones (F16, BF16) too. Checked, and thrown for, as
 * `decodeSafetensors` does.
 */
export function decodeStored(bytes: Uint8Array, source: string): StoredTensors {
  const fail = (problem: string): never => {
    throw new UserError(`${source} is not a valid safetensors file: ${problem}`);
  };
  const { start, entries, metadata } = readHeader(bytes, source, fail, HALVES);
  const tensors = entries.map(({ name, stored, shape, begin, end }): [string, StoredTensor] => {
    const own = new Uint8Array(bytes.subarray(start + begin, start + end));
    if (stored === "BOOL" && !isBool(own)) failBool(name, fail);
    return [name, { stored, shape, bytes: own }];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}
