import { bytesPerElement, type DType, formatShape, sizeOf, UserError } from "../tensor/index.js";

/** The format's names of our element types, in the order in which the reference writer lays tensors out. */
export const NAMES = {
  int64: "I64",
  float64: "F64",
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
} as const satisfies Record<DType, string>;

export const LAYOUT = Object.keys(NAMES) as DType[];

/** Element types that only `decodeStored` reads, with their bytes: those of PyTorch's half precision. */
export const HALVES: Readonly<Record<string, number>> = { F16: 2, BF16: 2 };

/** All element types, in the order in which the reference writer lays tensors out. */
export const STORED: readonly string[] = ["I64", "F64", "F32", "I32", "BF16", "F16", "U8", "BOOL"];

/** The key that no tensor can have. */
export const METADATA = "__metadata__";

/** The reference reader's own limit on the header. */
export const MAX_HEADER = 100_000_000;

/** Where a tensor lies, in bytes from the end of the header. */
export interface Entry {
  readonly name: string;
  /** The format's name of its element type. */
  readonly stored: string;
  /** Ours; of halves none. */
  readonly dtype: DType | undefined;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Throws the error that a problem with the file calls for. */
export type Fail = (problem: string) => never;

/** What a safetensors file begins with. */
export interface Header {
  /** Where the header ends and the data begin. */
  readonly start: number;
  /** In the order of the data, which they fill without gaps or overlaps. */
  readonly entries: readonly Entry[];
  readonly metadata: Record<string, string>;
}

/** Reads and checks all of a file but the data. `source` names the file in messages. `others` are further element types. */
export function readHeader(
  bytes: Uint8Array,
  source: string,
  fail: Fail,
  others: Readonly<Record<string, number>> = {},
): Header {
  const start = 8 + readHeaderLength(bytes, fail);
  // Copied because browsers' TextDecoder refuses shared memory.
  const { [METADATA]: texts = {}, ...infos } = parseHeader(new Uint8Array(bytes.subarray(8, start)), fail);
  const metadata = readMetadata(texts, fail);
  const entries = Object.entries(infos).map(([name, info]) => readEntry(name, info, source, fail, others));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, bytes.length - start, fail);
  return { start, entries, metadata };
}

function readHeaderLength(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, and the header's length alone takes 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER) fail(`its header would have ${length} bytes, more than the allowed ${MAX_HEADER}`);
  if (length > bytes.length - 8) {
    fail(`its header has ${length} bytes, but only ${bytes.length - 8} follow: the file seems cut off`);
  }
  return Number(length);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  if (bytes[0] !== 0x7b) fail("its header does not begin with {");
  let header: unknown;
  let json = "";
  try {
    json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(json);
  } catch {
    fail("its header is not JSON in UTF-8");
  }
  const repeated = repeatedKey(json);
  if (repeated !== undefined) fail(`${JSON.stringify(repeated)} occurs twice in its header`);
  return isObject(header) ? header : fail("its header is not a JSON object");
}

/** A key that occurs twice in the same object of a valid JSON text, which JSON.parse lets pass. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === "{") open.push(new Set());
    else if (json[i] === "}") open.pop();
    else if (json[i] === '"') {
      const begin = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === "\\") i++;
      let next = i + 1;
      while (" \t\r\n".includes(json[next] ?? "}")) next++;
      if (json[next] !== ":") continue;
      const key = JSON.parse(json.slice(begin, i + 1)) as string;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}

function readMetadata(texts: unknown, fail: Fail): Record<string, string> {
  if (!isObject(texts)) return fail(`${METADATA} is not an object`);
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value !== "string") fail(`${METADATA}.${key} is not a text`);
  }
  return texts as Record<string, string>;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readEntry(
  name: string,
  info: unknown,
  source: string,
  fail: Fail,
  others: Readonly<Record<string, number>>,
): Entry {
  const label = `tensor ${JSON.stringify(name)}`;
  if (!isObject(info)) return fail(`the entry of ${label} is not an object`);
  const { dtype: stored, shape, data_offsets: offsets } = info;
  if (typeof stored !== "string") return fail(`${label} has no dtype`);
  const dtype = LAYOUT.find((candidate) => NAMES[candidate] === stored);
  const own = Object.hasOwn(others, stored) ? others[stored] : undefined;
  const width = dtype === undefined ? own : bytesPerElement(dtype);
  if (width === undefined) {
    const known = [...Object.values(NAMES), ...Object.keys(others)].join(", ");
    throw new UserError(`${source}: ${label} has the element type ${stored}; convert it to one of ${known}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    return fail(`the shape of ${label} is not a list of whole numbers`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return fail(`the data_offsets of ${label} are not two whole numbers`);
  }
  const [begin = 0, end = 0] = offsets;
  const needed = sizeOf(shape) * width;
  if (end - begin !== needed) {
    fail(
      `${label} of type ${stored} and shape ${formatShape(shape)} takes ${needed} bytes, not ${end - begin}`,
    );
  }
  return { name, stored, dtype, shape, begin, end };
}

/** `entries` are sorted by place; together they must fill `length` bytes. */
function checkLayout(entries: readonly Entry[], length: number, fail: Fail): void {
  let at = 0;
  let previous = "the header";
  for (const { name, begin, end } of entries) {
    const label = `tensor ${JSON.stringify(name)}`;
    if (begin < at) fail(`the data of ${label} overlap those of ${previous}`);
    if (begin > at) fail(`${begin - at} bytes between ${previous} and ${label} belong to no tensor`);
    at = end;
    previous = label;
  }
  if (at > length) fail(`its tensors take ${at} bytes, but only ${length} follow: the file seems cut off`);
  if (at < length) fail(`${length - at} bytes after ${previous} belong to no tensor`);
}
