import fc from "fast-check";
import { dump, parse } from "npyjs";
import { describe, expect, it } from "vitest";
import { allocate, type DType, type Tensor, tensor, UserError } from "../tensor/index.js";
import { decodeNpy, encodeNpy } from "./npy.js";

/** A file from its parts, written as NumPy's specification says. */
function file(dict: string, data: readonly number[] = [], major = 1, length?: number): Uint8Array {
  const text = new TextEncoder().encode(dict);
  const lengthBytes = major === 1 ? 2 : 4;
  const out = new Uint8Array(8 + lengthBytes + text.length + data.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0]);
  const view = new DataView(out.buffer);
  if (major === 1) view.setUint16(8, length ?? text.length, true);
  else view.setUint32(8, length ?? text.length, true);
  out.set(text, 8 + lengthBytes);
  out.set(data, 8 + lengthBytes + text.length);
  return out;
}

function bytesOf({ data }: Tensor): number[] {
  return [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe("known answers", () => {
  // What numpy.save of NumPy 2.4.6 writes: the header is filled up to 128 bytes, then the data.
  const known: readonly [dict: string, value: Tensor, data: string][] = [
    [
      header("<f4", "(2, 3)"),
      tensor("float32", [2, 3], Float32Array.of(1, -2, 0.5, 3, 4, 5)),
      "0000803f000000c00000003f00004040000080400000a040",
    ],
    [header("<f8", "()"), tensor("float64", [], Float64Array.of(0.1)), "9a9999999999b93f"],
    [header("<i4", "(2,)"), tensor("int32", [2], Int32Array.of(1, -2)), "01000000feffffff"],
    [
      header("<i8", "(1, 1, 1)"),
      tensor("int64", [1, 1, 1], BigInt64Array.of(-(2n ** 53n) - 1n)),
      "ffffffffffffdfff",
    ],
    [header("|u1", "(2, 0, 3)"), tensor("uint8", [2, 0, 3]), ""],
    [header("|b1", "(3,)"), tensor("bool", [3], Uint8Array.of(1, 0, 1)), "010001"],
    [
      header("|u1", `(${new Array(12).fill(1).join(", ")})`),
      tensor("uint8", new Array<number>(12).fill(1)),
      "00",
    ],
  ];

  it.each(known)("%s", (dict, value, data) => {
    const expected = file(`${dict.padEnd(117)}\n`, [...Buffer.from(data, "hex")]);
    expect(encodeNpy(value)).toEqual(expected);
    expect(decodeNpy(expected, "x")).toEqual(value);
  });

  it("leaves NumPy's room for growth even where it takes 64 bytes more", () => {
    const shape = new Array<number>(15).fill(1);
    const dict = header("|u1", `(${shape.join(", ")})`);
    expect(10 + dict.length + 1).toBeLessThan(128);
    expect(encodeNpy(tensor("uint8", shape))).toEqual(file(`${dict.padEnd(181)}\n`, [0]));
  });

  // numpy.array([...], dtype).tobytes() of NumPy 2.4.6, in either byte order.
  it.each([
    ["i1", "01fe7f", tensor("int32", [3], Int32Array.of(1, -2, 127))],
    ["u2", "0100feffff7f", tensor("int32", [3], Int32Array.of(1, 65534, 32767))],
    ["i2", "0100feffff7f", tensor("int32", [3], Int32Array.of(1, -2, 32767))],
    ["u4", "01000000feffffffffffffff", tensor("int64", [3], BigInt64Array.of(1n, 4294967294n, 4294967295n))],
    [
      "u8",
      "01000000000000000000000000000000ffffffff00000000",
      tensor("int64", [3], BigInt64Array.of(1n, 0n, 4294967295n)),
    ],
    ["f2", "003c00c0ff7b", tensor("float32", [3], Float32Array.of(1, -2, 65504))],
    ["f2", "01000080ff03", tensor("float32", [3], Float32Array.of(2 ** -24, -0, 1023 * 2 ** -24))],
    ["f2", "007c00fc007e", tensor("float32", [3], Float32Array.of(Infinity, -Infinity, NaN))],
    ["f4", "0000803f000000c00000003f", tensor("float32", [3], Float32Array.of(1, -2, 0.5))],
    [
      "f8",
      "000000000000f03f000000000000f03f9a9999999999b93f",
      tensor("float64", [3], Float64Array.of(1, 1, 0.1)),
    ],
    [
      "i8",
      "0100000000000000feffffffffffffff0000000000000080",
      tensor("int64", [3], BigInt64Array.of(1n, -2n, -(2n ** 63n))),
    ],
  ] as const)("%s in either byte order: %s", (code, hex, value) => {
    const little = [...Buffer.from(hex, "hex")];
    const width = little.length / 3;
    const big = [0, 1, 2].flatMap((i) => little.slice(i * width, (i + 1) * width).reverse());
    expect(decodeNpy(file(header(`<${code}`, "(3,)"), little), "x")).toEqual(value);
    expect(decodeNpy(file(header(`>${code}`, "(3,)"), big), "x")).toEqual(value);
  });

  it("an array in Fortran order comes back in C order", () => {
    // numpy.save(numpy.asfortranarray(numpy.arange(24, dtype="u1").reshape(2, 3, 4)))
    const stored = [0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23];
    const read = decodeNpy(file(header("|u1", "(2, 3, 4)", "True"), stored), "x");
    expect(read).toEqual(
      tensor(
        "uint8",
        [2, 3, 4],
        Uint8Array.from({ length: 24 }, (_, i) => i),
      ),
    );
    const long = BigInt64Array.of(1n, 3n, 2n, 4n);
    const bytes = file(header("<i8", "(2, 2)", "True"), bytesOf(tensor("int64", [4], long)));
    expect(decodeNpy(bytes, "x").data).toEqual(BigInt64Array.of(1n, 2n, 3n, 4n));
    expect(decodeNpy(file(header("|u1", "()", "True"), [7]), "x")).toEqual(
      tensor("uint8", [], Uint8Array.of(7)),
    );
  });

  it("other writers' headers: versions 2 and 3, other spacing, order and quotes, long ints of Python 2", () => {
    const two = tensor("uint8", [1, 2], Uint8Array.of(5, 6));
    expect(decodeNpy(file(header("|u1", "(1, 2)"), [5, 6], 2), "x")).toEqual(two);
    expect(decodeNpy(file(header("|u1", "(1, 2)"), [5, 6], 3), "x")).toEqual(two);
    expect(decodeNpy(file(`{"shape":(1L,2L,),"fortran_order":False,"descr":"<u1"}`, [5, 6]), "x")).toEqual(
      two,
    );
    const bools = decodeNpy(new Uint8Array(dump(Uint8Array.of(1, 0), [2], { dtype: "b1" })), "x");
    expect(bools).toEqual(tensor("bool", [2], Uint8Array.of(1, 0)));
  });
});

const dtypes: readonly DType[] = ["float32", "float64", "int32", "int64", "uint8", "bool"];

const tensors: fc.Arbitrary<Tensor> = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(5), { maxLength: 5 }) })
  .chain(({ dtype, shape }) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const length = allocate(dtype, size).byteLength;
    return fc
      .array(dtype === "bool" ? fc.nat(1) : fc.nat(255), { minLength: length, maxLength: length })
      .map((bytes) => {
        const data = allocate(dtype, size);
        new Uint8Array(data.buffer).set(bytes);
        return tensor(dtype, shape, data);
      });
  });

describe("properties", () => {
  it("npyjs, an independent reader, finds in a written file what was written", () => {
    const codes = { float32: "f4", float64: "f8", int32: "i4", int64: "i8", uint8: "u1", bool: "b1" };
    const property = fc.property(tensors, (value) => {
      const bytes = encodeNpy(value);
      const read = parse(bytes.buffer as ArrayBuffer);
      expect([read.dtype, read.shape, read.fortranOrder]).toEqual([codes[value.dtype], value.shape, false]);
      const data =
        value.dtype === "bool" ? Uint8Array.from(read.data as unknown as boolean[], Number) : read.data;
      expect([...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]).toEqual(bytesOf(value));
      expect((bytes.length - value.data.byteLength) % 64).toBe(0);
    });
    fc.assert(property, { seed: 1, numRuns: 300 });
  });

  it("what npyjs writes is read", () => {
    const property = fc.property(
      tensors.filter(({ dtype }) => dtype !== "bool"),
      (value) => {
        const read = decodeNpy(new Uint8Array(dump(value.data, [...value.shape])), "x");
        expect([read.dtype, read.shape, bytesOf(read)]).toEqual([value.dtype, value.shape, bytesOf(value)]);
      },
    );
    fc.assert(property, { seed: 2, numRuns: 200 });
  });

  it("what is written is read back bit for bit, wherever it lies in memory", () => {
    const property = fc.property(tensors, fc.nat(9), (value, offset) => {
      const bytes = encodeNpy(value);
      const elsewhere = Buffer.alloc(bytes.length + offset + 3, 0xaa);
      elsewhere.set(bytes, offset);
      const read = decodeNpy(elsewhere.subarray(offset, offset + bytes.length), "x");
      elsewhere.fill(0);
      expect([read.dtype, read.shape, bytesOf(read)]).toEqual([value.dtype, value.shape, bytesOf(value)]);
    });
    fc.assert(property, { seed: 3, numRuns: 300 });
  });

  it("cut off anywhere, or with bytes added, it is refused with a UserError", () => {
    const bytes = encodeNpy(tensor("float32", [3]));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeNpy(bytes.subarray(0, length), "x.npy")).toThrow(UserError);
    }
    expect(() => decodeNpy(new Uint8Array([...bytes, 0]), "x.npy")).toThrow(UserError);
  });

  it("a changed byte gives a UserError or another array, never another failure", () => {
    const bytes = encodeNpy(tensor("bool", [2, 1]));
    const property = fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ flip;
      try {
        decodeNpy(changed, "x.npy");
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    });
    fc.assert(property, { seed: 4, numRuns: 3000 });
  });
});

describe("refused files", () => {
  const good = header("|u1", "(2,)");
  const cases: readonly [problem: string, bytes: Uint8Array, message: RegExp][] = [
    ["empty", new Uint8Array(0), /magic text/],
    ["a zip (npz)", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0), /magic text/],
    ["version 0", file(good, [1, 2], 0), /format version is 0\.0/],
    ["version 4", file(good, [1, 2], 4), /format version is 4\.0/],
    ["header cut off", file(good, [], 1, 99), /header is cut off/],
    ["header too long", file(good.padEnd(70_000), [1, 2], 2), /header has 70000 bytes, too many/],
    ["data cut off", file(good, [1]), /uint8 and shape \[2\] takes 2 bytes, but 1 follow: .*cut off/],
    ["data left over", file(good, [1, 2, 3]), /takes 2 bytes, but 3 follow$/],
    ["pickled objects", file(header("|O", "(1,)"), [0]), /Python objects, not numbers: .*numpy\.stack/],
    ["text", file(header("<U3", "(1,)"), [0, 0, 0]), /holds text \(<U3\): .*numpy\.unique/],
    ["complex numbers", file(header("<c8", "(1,)"), new Array<number>(8).fill(0)), /complex numbers.*abs/],
    ["dates", file(header("<M8[D]", "(1,)"), new Array<number>(8).fill(0)), /type <M8\[D\]; save it with/],
    ["long doubles", file(header("<f16", "(1,)"), new Array<number>(16).fill(0)), /astype\("float32"\)/],
    ["a uint64 beyond int64", file(header("<u8", "(1,)"), [0, 0, 0, 0, 0, 0, 0, 128]), /2 \*\* 63/],
    [
      "fields",
      file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"),
      /not of a plain array/,
    ],
    ["a key missing", file("{'descr': '|u1', 'shape': (2,), }", [1, 2]), /not of a plain array/],
    ["a key twice", file(`${good.slice(0, -1)}'shape': (2,), }`, [1, 2]), /the key shape twice/],
    ["a key too many", file(`${good.slice(0, -1)}'more': True, }`, [1, 2]), /not of a plain array/],
    ["not a dict", file("[1, 2]", [1, 2]), /not of a plain array/],
    ["unclosed", file(good.slice(0, -1), [1, 2]), /not of a plain array/],
    ["text after the dict", file(`${good} {`, [1, 2]), /not of a plain array/],
    ["a shape that is no tuple", file(header("|u1", "(2)"), [1, 2]), /not of a plain array/],
    ["a negative dimension", file(header("|u1", "(-1,)"), [1, 2]), /not of a plain array/],
    ["an order that is no bool", file(header("|u1", "(2,)", "'no'"), [1, 2]), /not of a plain array/],
    ["a huge dimension", file(header("|u1", "(99999999999999999999,)"), [1, 2]), /dimension .* too large/],
    [
      "a huge shape",
      file(header("|u1", "(9007199254740991, 9007199254740991)"), [1, 2]),
      /takes 8\.1\d*e\+31/,
    ],
    ["a bool of 2", file(header("|b1", "(1,)"), [2]), /bools other than 0 and 1/],
  ];

  it.each(cases)("%s", (_, bytes, message) => {
    const read = () => decodeNpy(bytes, "photos/x.npy");
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^photos\/x\.npy /);
  });

  it("data that don't fit the shape are an Error on writing", () => {
    expect(() => encodeNpy({ ...tensor("uint8", [1]), shape: [2] })).toThrow(
      /shape \[2\] takes 2 values, got 1/,
    );
  });
});
