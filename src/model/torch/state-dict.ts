import { sizeOf, UserError } from "../../tensor/index.js";
import { decodeStored, encodeStored, type StoredTensor } from "../safetensors.js";
import { fromBfloat, fromHalf, toBfloat, toHalf } from "./half.js";

/** An array of a PyTorch `state_dict`. */
export interface TorchArray {
  /** The element type as safetensors call it: `F32`, `F16`, `BF16`, `F64`, `I64`, ... */
  readonly type: string;
  readonly shape: readonly number[];
  /** As float32; integers below 2^53 exactly. */
  readonly values: Float32Array | Float64Array;
}

/** A PyTorch `state_dict`: arrays by name, and the free texts of its file. */
export interface StateDict {
  readonly arrays: Readonly<Record<string, TorchArray>>;
  readonly metadata: Readonly<Record<string, string>>;
}

type Read = (view: DataView, at: number) => number;
type Write = (view: DataView, at: number, value: number) => void;

interface ElementType {
  readonly bytes: number;
  readonly read: Read;
  readonly write: Write;
}

function integers(bytes: number, read: Read, write: Write): ElementType {
  return { bytes, read, write };
}

/** Element types and how their numbers are read and written. */
const elements: Readonly<Record<string, ElementType>> = {
  F64: {
    bytes: 8,
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, value) => view.setFloat64(at, value, true),
  },
  F32: {
    bytes: 4,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, value, true),
  },
  F16: {
    bytes: 2,
    read: (view, at) => fromHalf(view.getUint16(at, true)),
    write: (view, at, value) => view.setUint16(at, toHalf(value), true),
  },
  BF16: {
    bytes: 2,
    read: (view, at) => fromBfloat(view.getUint16(at, true)),
    write: (view, at, value) => view.setUint16(at, toBfloat(value), true),
  },
  I64: integers(
    8,
    (view, at) => Number(view.getBigInt64(at, true)),
    (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  ),
  I32: integers(
    4,
    (view, at) => view.getInt32(at, true),
    (view, at, value) => view.setInt32(at, value, true),
  ),
  U8: integers(
    1,
    (view, at) => view.getUint8(at),
    (view, at, value) => view.setUint8(at, value),
  ),
  BOOL: integers(
    1,
    (view, at) => view.getUint8(at),
    (view, at, value) => view.setUint8(at, value),
  ),
};

/** What a file of PyTorch's own pickled format begins with: that of a zip archive, or a pickle. */
function isPickle(bytes: Uint8Array): boolean {
  const [a, b] = bytes;
  // A safetensors file may begin so by chance, but has its header's { after 8 bytes.
  return bytes[8] !== 0x7b && ((a === 0x50 && b === 0x4b) || (a === 0x80 && (b ?? 9) < 6));
}

function valuesOf({ stored, shape, bytes }: StoredTensor): Float32Array | Float64Array {
  const { read, bytes: width } = elements[stored] as ElementType;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = sizeOf(shape);
  // NaNs keep their bits, which a number does not promise to
  if (stored === "F32") return new Float32Array(new Uint8Array(bytes).buffer, 0, size);
  const wide = ["F64", "I64", "I32"].includes(stored);
  const values = wide ? new Float64Array(size) : new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = read(view, i * width);
  return values;
}

/**
 * A PyTorch `state_dict` out of a safetensors file. `source` names the file in messages. Throws a UserError for a damaged
 * file, and one that says how to write it for a pickled file (`.pt`, `.pth`).
 */
export function decodeStateDict(bytes: Uint8Array, source: string): StateDict {
  if (isPickle(bytes)) {
    throw new UserError(
      `${source} is a file of torch.save, which holds a program and not only numbers; write the weights in PyTorch with ` +
        'safetensors.torch.save_file(model.state_dict(), "model.safetensors") and import that',
    );
  }
  const { tensors, metadata } = decodeStored(bytes, source);
  const arrays = Object.entries(tensors).map(([name, tensor]): [string, TorchArray] => [
    name,
    { type: tensor.stored, shape: tensor.shape, values: valuesOf(tensor) },
  ]);
  return { arrays: Object.fromEntries(arrays), metadata };
}

/** A `state_dict` as a safetensors file, laid out as safetensors' own writer does. */
export function encodeStateDict({ arrays, metadata }: StateDict): Uint8Array {
  const tensors = Object.entries(arrays).map(([name, { type, shape, values }]): [string, StoredTensor] => {
    const { write, bytes: width } = elements[type] as ElementType;
    const bytes = new Uint8Array(values.length * width);
    const view = new DataView(bytes.buffer);
    if (type === "F32" && values instanceof Float32Array) {
      bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    } else values.forEach((value, i) => write(view, i * width, value));
    return [name, { stored: type, shape, bytes }];
  });
  return encodeStored(Object.fromEntries(tensors), metadata);
}
