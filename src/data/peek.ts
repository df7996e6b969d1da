import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { bytesPerElement, sizeOf, type DType, type Tensor, toTensor, UserError } from "../tensor/index.js";
import { fileError } from "./files.js";
import { gzipError, isGzip } from "./idx.js";
import { checkIdxLength, type IdxHeader, MAX_IDX_HEADER, parseIdxHeader } from "./idx-header.js";
import { readIdxFile } from "./idx-file.js";
import { decodeNpy, MAX_NPY_HEADER, readNpyHeader } from "./npy.js";
import { toShared } from "./shared.js";

/** What the beginning of a file says of the array in it. */
export interface Peek {
  readonly path: string;
  /** The number type in memory. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes that the array takes in memory as examples: float64 is kept as float32. */
  readonly bytes: number;
  /** Bytes before the data. */
  readonly offset: number;
  readonly bigEndian: boolean;
  /** Why examples can't be read one by one, and what to do, as the end of a message; undefined if they can. */
  readonly whole: string | undefined;
}

/** Whether a name is that of a NumPy file. */
export function isNpy(path: string): boolean {
  return path.toLowerCase().endsWith(".npy");
}

async function beginning(file: FileHandle, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  const { bytesRead } = await file.read(head, 0, length, 0);
  return head.subarray(0, bytesRead);
}

/** The header inside a gzip file, of which no more than needed is unpacked. */
async function peekGzip(file: FileHandle, path: string): Promise<IdxHeader> {
  let head = new Uint8Array(0);
  const input = createReadStream(path, { fd: file, start: 0, autoClose: false });
  const unpacked = input.on("error", () => undefined).pipe(createGunzip());
  try {
    for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
      head = Uint8Array.from([...head, ...chunk.subarray(0, MAX_IDX_HEADER)]);
      if (head.length >= 4 && head.length >= 4 + 4 * (head[3] ?? 0)) break;
    }
  } catch (cause) {
    throw gzipError(cause, path);
  } finally {
    input.destroy();
  }
  return parseIdxHeader(head, path);
}

/**
 * Reads what a file in idx or NumPy form (`.npy`) holds without reading it. Throws a UserError as `readArray` for a
 * file whose header is wrong or whose length is not what its header says.
 */
export async function peek(path: string): Promise<Peek> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const { size } = await file.stat();
    if (isNpy(path)) {
      const head = await beginning(file, MAX_NPY_HEADER);
      const { dtype, shape, fortran, start } = readNpyHeader(head, size, path);
      const whole = fortran ? "is in Fortran order; write it with numpy.ascontiguousarray" : undefined;
      return { path, dtype, shape, bytes: inMemory(dtype, shape), offset: start, bigEndian: false, whole };
    }
    const head = await beginning(file, MAX_IDX_HEADER);
    const zipped = isGzip(head);
    const header = zipped ? await peekGzip(file, path) : parseIdxHeader(head, path);
    if (!zipped) checkIdxLength(header, size - header.offset, path);
    const { dtype, shape, offset, width } = header;
    return {
      path,
      dtype,
      shape,
      bytes: inMemory(dtype, shape),
      offset,
      bigEndian: width > 1,
      whole: zipped ? `is gzipped; unpack it (gunzip ${path})` : undefined,
    };
  } catch (cause) {
    throw fileError(cause, `read ${path}`);
  } finally {
    await file?.close();
  }
}

function inMemory(dtype: DType, shape: readonly number[]): number {
  return sizeOf(shape) * (dtype === "float64" ? 4 : bytesPerElement(dtype));
}

/** The array in an idx file, plain or gzipped, or a NumPy file. Throws a UserError naming the file if it can't be read. */
export async function readArray(path: string): Promise<Tensor> {
  if (!isNpy(path)) return readIdxFile(path);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fileError(cause, `read ${path}`);
  });
  const value = decodeNpy(bytes, path);
  const { data, shape } = value;
  if (data instanceof Uint8Array && value.dtype !== "bool") {
    return { dtype: "uint8", shape, data: toShared("uint8", data) };
  }
  if (data instanceof BigInt64Array) {
    const whole = toTensor(value, "int32");
    if (data.every((number, i) => number === BigInt(whole.data[i] ?? 0))) return whole;
    throw new UserError(`${path} holds whole numbers of more than 32 bits; convert it in NumPy to int32`);
  }
  return value;
}
