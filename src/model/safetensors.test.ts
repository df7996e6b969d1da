import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, type DType, type Tensor, tensor, UserError } from "../tensor/index.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

/** A file from its parts, written as the specification says: length, header, data. */
function file(header: string, data: readonly number[] = [], length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

const zeros = (n: number) => new Array<number>(n).fill(0);

describe("known answers, by hand from the specification", () => {
  it("one tensor, header padded with spaces to a multiple of 8", () => {
    const bytes = encodeSafetensors({ w: tensor("float32", [2, 1], Float32Array.of(1, -2)) });
    const header = '{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}';
    expect(header.length).toBe(56);
    expect(bytes).toEqual(file(header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]));
    const longer = encodeSafetensors({ w2: tensor("float32", [1], Float32Array.of(1)) });
    const padded = '{"w2":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(56);
    expect(longer).toEqual(file(padded, [0, 0, 0x80, 0x3f]));
  });

  it("no tensors, and metadata in ascending order", () => {
    expect([...encodeSafetensors({})]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, ...zeros(6).fill(0x20)]);
    const bytes = encodeSafetensors({}, { step: "7", format: 'p"t' });
    expect(bytes).toEqual(file('{"__metadata__":{"format":"p\\"t","step":"7"}}'.padEnd(48)));
  });

  it("every element type, larger ones first, then by name", () => {
    const bytes = encodeSafetensors({
      u: tensor("uint8", [3], Uint8Array.of(1, 2, 255)),
      flag: tensor("bool", [], Uint8Array.of(1)),
      b: tensor("int32", [1], Int32Array.of(-2)),
      a: tensor("int32", [0]),
      big: tensor("int64", [1], BigInt64Array.of(-(2n ** 53n) - 1n)),
      d: tensor("float64", [1, 1], Float64Array.of(0.1)),
      f: tensor("float32", [1], Float32Array.of(0.1)),
    });
    const header =
      '{"big":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
      '"d":{"dtype":"F64","shape":[1,1],"data_offsets":[8,16]},' +
      '"f":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},' +
      '"a":{"dtype":"I32","shape":[0],"data_offsets":[20,20]},' +
      '"b":{"dtype":"I32","shape":[1],"data_offsets":[20,24]},' +
      '"u":{"dtype":"U8","shape":[3],"data_offsets":[24,27]},' +
      '"flag":{"dtype":"BOOL","shape":[],"data_offsets":[27,28]}}';
    const data = [
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xdf, 0xff],
      [0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f],
      [0xcd, 0xcc, 0xcc, 0x3d],
      [0xfe, 0xff, 0xff, 0xff],
      [1, 2, 255],
      [1],
    ].flat();
    expect(bytes).toEqual(file(header.padEnd(Math.ceil(header.length / 8) * 8), data));
  });

  it("reads what other writers may produce: spaces, any order, unaligned data, unknown fields", () => {
    const header =
      ' "b" : {"shape":[1],"data_offsets":[1,5],"dtype":"F32"},\n' +
      '"a\\u0062":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1],"note":{"dtype":[1]}},' +
      '"__metadata__":{"text":"{\\"b\\":\\\\"}';
    const { tensors, metadata } = decodeSafetensors(file(`{${header}}`, [9, 0, 0, 0x80, 0x3f]), "x");
    expect(tensors).toEqual({
      ab: tensor("uint8", [1, 1], Uint8Array.of(9)),
      b: tensor("float32", [1], Float32Array.of(1)),
    });
    expect(metadata).toEqual({ text: '{"b":\\' });
  });
});

const dtypes: readonly DType[] = ["float32", "float64", "int32", "int64", "uint8", "bool"];

const tensors: fc.Arbitrary<Tensor> = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(4), { maxLength: 4 }) })
  .chain(({ dtype, shape }) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const data = allocate(dtype, size);
    const byte = dtype === "bool" ? fc.nat(1) : fc.nat(255);
    return fc.array(byte, { minLength: data.byteLength, maxLength: data.byteLength }).map((bytes) => {
      const filled = allocate(dtype, size);
      new Uint8Array(filled.buffer).set(bytes);
      return tensor(dtype, shape, filled);
    });
  });

const names = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("__proto__", "constructor", "0", "10", "encoder.0.weight", '"', "\\", "é", "\u{1f600}"),
);
const contents = fc.dictionary(names, tensors, { maxKeys: 6 });
const metadatas = fc.dictionary(names, fc.string({ unit: "grapheme" }), { maxKeys: 4 });

/** Contents as text, with the raw bytes: tells NaNs, negative zeros and the names of prototypes apart. */
function dump(record: Record<string, Tensor>): string[] {
  return Object.entries(record)
    .map(([name, { dtype, shape, data }]) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return JSON.stringify([name, dtype, shape, [...bytes]]);
    })
    .sort();
}

describe("properties", () => {
  it("what is written is read back bit for bit, wherever it lies in memory", () => {
    const property = fc.property(contents, metadatas, fc.nat(9), (record, metadata, offset) => {
      const bytes = encodeSafetensors(record, metadata);
      const elsewhere = Buffer.alloc(bytes.length + offset + 3, 0xaa);
      elsewhere.set(bytes, offset);
      const read = decodeSafetensors(elsewhere.subarray(offset, offset + bytes.length), "x");
      elsewhere.fill(0);
      expect(dump(read.tensors)).toEqual(dump(record));
      expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
    });
    fc.assert(property, { seed: 1, numRuns: 300 });
  });

  it("the bytes don't depend on the order of the keys, and data are aligned", () => {
    const property = fc.property(contents, metadatas, (record, metadata) => {
      const reversed = (value: object) => Object.fromEntries(Object.entries(value).reverse());
      const bytes = encodeSafetensors(record, metadata);
      expect(encodeSafetensors(reversed(record), reversed(metadata))).toEqual(bytes);
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      expect(length % 8).toBe(0);
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as object;
      for (const [name, info] of Object.entries(header) as [string, { data_offsets: [number, number] }][]) {
        const size = Object.hasOwn(record, name) ? (record[name]?.data.BYTES_PER_ELEMENT ?? 1) : 1;
        if (name !== "__metadata__") expect(info.data_offsets[0] % size).toBe(0);
      }
    });
    fc.assert(property, { seed: 2, numRuns: 200 });
  });

  it("a file cut off anywhere, or with bytes added, is refused with a UserError", () => {
    const bytes = encodeSafetensors(
      { a: tensor("float32", [3], Float32Array.of(1, 2, 3)), b: tensor("int64", [0]) },
      { epoch: "3" },
    );
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), "w.safetensors")).toThrow(UserError);
    }
    expect(() => decodeSafetensors(new Uint8Array([...bytes, 0]), "w.safetensors")).toThrow(UserError);
  });

  it("a changed byte gives a UserError or other contents, never another failure", () => {
    const record = { a: tensor("float32", [2], Float32Array.of(1, 2)), m: tensor("bool", [1]) };
    const bytes = encodeSafetensors(record, { k: "v" });
    const property = fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ flip;
      try {
        decodeSafetensors(changed, "w.safetensors");
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    });
    fc.assert(property, { seed: 3, numRuns: 3000 });
  });
});

describe("refused files", () => {
  const u8 = (shape: string, from: number, to: number) =>
    `{"dtype":"U8","shape":[${shape}],"data_offsets":[${from},${to}]}`;
  const cases: readonly [problem: string, bytes: Uint8Array, message: RegExp][] = [
    ["empty", new Uint8Array(0), /it has 0 bytes/],
    ["header beyond the end", file("{}", [], 3n), /header has 3 bytes, but only 2 follow: .*cut off/],
    ["absurd header length", file("{}", [], 2n ** 64n - 1n), /18446744073709551615 bytes, more than/],
    ["zero header length", file("{}", [], 0n), /does not begin with \{/],
    ["leading space", file(" {}"), /does not begin with \{/],
    ["byte order mark", file("\ufeff{}"), /does not begin with \{/],
    ["broken JSON", file('{"a":'), /not JSON/],
    ["text after the JSON", file("{} x"), /not JSON/],
    ["broken UTF-8", file('{"__metadata__":{"a":"?"}}').map((b) => (b === 0x3f ? 0xff : b)), /UTF-8/],
    ["repeated name", file(`{"a":${u8("0", 0, 0)},"\\u0061":${u8("0", 0, 0)}}`), /"a" occurs twice/],
    ["repeated field", file('{"a":{"dtype":"U8","dtype":"U8"}}'), /"dtype" occurs twice/],
    ["repeated metadata", file('{"__metadata__":{"k":"1" , "k" : "2"}}'), /"k" occurs twice/],
    ["metadata number", file('{"__metadata__":{"epoch":3}}'), /__metadata__\.epoch is not a text/],
    ["metadata list", file('{"__metadata__":[]}'), /__metadata__ is not an object/],
    ["entry", file('{"a":[1]}'), /entry of tensor "a" is not an object/],
    ["no dtype", file('{"a":{"shape":[],"data_offsets":[0,1]}}', [0]), /tensor "a" has no dtype/],
    ["half floats", file('{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}', [0, 0]), /BF16; convert/],
    [
      "name of a method",
      file('{"a":{"dtype":"toString","shape":[],"data_offsets":[0,1]}}', [0]),
      /toString;/,
    ],
    ["no shape", file('{"a":{"dtype":"U8","data_offsets":[0,1]}}', [0]), /shape of tensor "a"/],
    ["negative shape", file(`{"a":${u8("-1,-1", 0, 1)}}`, [0]), /shape of tensor "a"/],
    ["fraction in shape", file(`{"a":${u8("0.5,2", 0, 1)}}`, [0]), /shape of tensor "a"/],
    ["text in shape", file(`{"a":${u8('"1"', 0, 1)}}`, [0]), /shape of tensor "a"/],
    ["huge shape", file(`{"a":${u8("9007199254740991,2048,1e9", 0, 1)}}`, [0]), /takes 1\.8\d*e\+28 bytes/],
    ["no offsets", file('{"a":{"dtype":"U8","shape":[]}}'), /data_offsets of tensor "a"/],
    [
      "one offset",
      file('{"a":{"dtype":"U8","shape":[],"data_offsets":[0]}}', [0]),
      /data_offsets of tensor "a"/,
    ],
    ["negative offset", file(`{"a":${u8("1", -1, 0)}}`), /data_offsets of tensor "a"/],
    ["offsets reversed", file(`{"a":${u8("1", 1, 0)}}`, [0]), /takes 1 bytes, not -1/],
    [
      "size not of the shape",
      file(`{"a":${u8("2,2", 0, 3)}}`, zeros(3)),
      /shape \[2, 2\] takes 4 bytes, not 3/,
    ],
    ["data cut off", file(`{"a":${u8("4", 0, 4)}}`, zeros(3)), /take 4 bytes, but only 3 follow: .*cut off/],
    [
      "data left over",
      file(`{"a":${u8("4", 0, 4)}}`, zeros(6)),
      /2 bytes after tensor "a" belong to no tensor/,
    ],
    ["data without tensors", file("{}", [1]), /1 bytes after the header/],
    [
      "hole at the start",
      file(`{"a":${u8("1", 1, 2)}}`, zeros(2)),
      /1 bytes between the header and tensor "a"/,
    ],
    [
      "hole",
      file(`{"b":${u8("1", 3, 4)},"a":${u8("2", 0, 2)}}`, zeros(4)),
      /1 bytes between tensor "a" and tensor "b" belong to no tensor/,
    ],
    [
      "overlap",
      file(`{"a":${u8("2", 0, 2)},"b":${u8("2", 1, 3)}}`, zeros(3)),
      /the data of tensor "b" overlap those of tensor "a"/,
    ],
    ["shared data", file(`{"a":${u8("2", 0, 2)},"b":${u8("2", 0, 2)}}`, zeros(2)), /overlap/],
    [
      "a bool of 2",
      file('{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}', [2]),
      /other than 0 and 1/,
    ],
  ];

  it.each(cases)("%s", (_, bytes, message) => {
    const read = () => decodeSafetensors(bytes, "runs/1/weights.safetensors");
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^runs\/1\/weights\.safetensors/);
  });
});

describe("refused contents", () => {
  it("what a reader could not take back is an Error on writing", () => {
    const one = tensor("uint8", [1]);
    const write = (name: string, value: Tensor) => () => encodeSafetensors({ [name]: value });
    expect(write("__metadata__", one)).toThrow(/reserves that name/);
    expect(write("\ud800", one)).toThrow(/not valid Unicode/);
    expect(write("m", tensor("bool", [1], Uint8Array.of(2)))).toThrow(/bool tensor "m"/);
    expect(write("w", { ...one, shape: [2] })).toThrow(/"w" has 1 values instead of 2 values for \[2\]/);
    expect(() => encodeSafetensors({}, { k: "\udc00" })).toThrow(/not valid Unicode/);
    expect(() => encodeSafetensors({}, { k: 3 as unknown as string })).toThrow(/"k" is not a text/);
  });
});
