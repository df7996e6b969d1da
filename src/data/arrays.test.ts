import { describe, expect, it } from "vitest";
import { tensor, UserError } from "../tensor/index.js";
import { type ArraysInput, fromArrays } from "./arrays.js";

const values = [0, 1, 2, 100];

it.each([
  Int8Array.from(values),
  Uint16Array.from(values),
  Int16Array.from(values),
  Uint32Array.from(values),
  Int32Array.from(values),
  BigUint64Array.from(values, BigInt),
  BigInt64Array.from(values, BigInt),
])("whole numbers are used as they are, and it is said: %#", (train) => {
  const data = fromArrays({ shape: [1], train, test: train });
  expect(data.train.examples).toEqual(tensor("float32", [4, 1], Float32Array.from(values)));
  expect(data.notes).toEqual([expect.stringMatching(/used as it is: only uint8 is read as x\/255/)]);
});

it("tensors of every type; bools are bytes 0 and 1", () => {
  const long = tensor("int64", [2, 1], BigInt64Array.of(7n, -8n));
  expect([...fromArrays({ train: long, test: long }).train.examples.data]).toEqual([7, -8]);
  const bools = tensor("bool", [2, 2], Uint8Array.of(0, 1, 1, 0));
  const { examples } = fromArrays({ train: bools, test: bools }).train;
  expect(examples).toEqual(tensor("uint8", [2, 2], Uint8Array.of(0, 1, 1, 0)));
  const bad = tensor("bool", [2, 2], Uint8Array.of(0, 1, 2, 0));
  expect(() => fromArrays({ train: bad })).toThrow(/example 1 holds 2 where a bool/);
});

it("lists of typed arrays; of bytes they stay bytes", () => {
  const bytes = [Uint8Array.of(1, 2), Uint8ClampedArray.of(3, 4)] as Uint8Array[];
  expect(fromArrays({ train: bytes, test: bytes }).train.examples).toEqual(
    tensor("uint8", [2, 2], Uint8Array.of(1, 2, 3, 4)),
  );
  const floats = [Float32Array.of(1, 2), Float64Array.of(3, 4)];
  expect(fromArrays({ train: floats, test: floats }).train.examples.dtype).toBe("float32");
});

describe("channels", () => {
  const train = Uint8Array.from({ length: 2 * 3 * 2 * 5 }, (_, i) => i);

  it("first are turned to last, whatever shared memory they lie in", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(train.length));
    shared.set(train);
    const data = fromArrays({ shape: [3, 2, 5], train: shared, test: shared });
    expect(data).toMatchObject({ kind: "image", shape: [2, 5, 3] });
    expect([...data.train.examples.data.subarray(0, 6)]).toEqual([0, 10, 20, 1, 11, 21]);
    expect([...data.test.examples.data]).toEqual([...data.train.examples.data]);
    expect(shared).toEqual(train);
  });

  it("are as told; a shape that could be both is taken as [height, width, channels] if it was given", () => {
    expect(fromArrays({ shape: [3, 5, 4], train: new Uint8Array(120) }).shape).toEqual([3, 5, 4]);
    expect(
      fromArrays({ shape: [3, 5, 4], layout: "channels-first", train: new Uint8Array(120) }).shape,
    ).toEqual([5, 4, 3]);
    const open = tensor("uint8", [2, 3, 5, 4]);
    expect(() => fromArrays({ train: open })).toThrow(/have their channels first or last.*layout/);
    expect(fromArrays({ train: open, layout: "channels-last" }).shape).toEqual([3, 5, 4]);
  });
});

describe("labels", () => {
  const labelled = (labels: unknown) =>
    fromArrays({
      shape: [1],
      train: { examples: new Uint8Array(4), labels },
      test: new Uint8Array(1),
    } as ArraysInput);
  it.each([
    [[3, 1, 2, 0]],
    [[[3], [1], [2], [0]]],
    [[3n, 1n, 2n, 0n]],
    [BigInt64Array.of(3n, 1n, 2n, 0n)],
    [Float64Array.of(3, 1, 2, 0)],
    [tensor("int64", [4, 1], BigInt64Array.of(3n, 1n, 2n, 0n))],
    [tensor("uint8", [4], Uint8Array.of(3, 1, 2, 0))],
  ])("%#", (labels) => {
    expect(labelled(labels).train.labels).toEqual(Int32Array.of(3, 1, 2, 0));
  });

  it.each([
    [[3, 1, 2.5, 0], /label 2 is 2\.5; labels must be whole numbers of 32 bits/],
    [[3, 1, null, 0], /label 2 is null/],
    [[3, 1, "cat", 0], /label 2 is "cat"/],
    [[3, 1, Infinity, 0], /label 2 is Infinity/],
    [[3, , 2, 0], /label 1 is missing/],
    [[2n ** 40n, 0, 0, 0], /label 0 is 1099511627776/],
    [
      [
        [0, 1],
        [1, 0],
        [0, 1],
        [0, 1],
      ],
      /one-hot, save numpy\.argmax/,
    ],
    [tensor("float32", [4, 10]), /10 numbers an example.*one-hot/],
    [Promise.resolve([1]), /labels are a Promise: await it first/],
    ["0123", /labels are "0123"; give a list/],
    [{ a: 1 }, /labels are an object \(Object\); give a list/],
  ])("refused: %#", (labels, message) => {
    expect(() => labelled(labels)).toThrow(UserError);
    expect(() => labelled(labels)).toThrow(message);
  });
});

describe("what is no number is refused by its place, in words", () => {
  const cases: readonly (readonly [input: unknown, message: RegExp])[] = [
    [undefined, /fromArrays needs \{ train \}/],
    [null, /fromArrays needs \{ train \}/],
    [{}, /fromArrays needs \{ train \}/],
    [Promise.resolve({}), /given a Promise: await it first/],
    [{ train: null }, /arrays: train is null; give a typed array/],
    [{ train: "abc" }, /arrays: train is the text "abc"; give/],
    [{ train: 7 }, /arrays: train is 7; give/],
    [{ train: () => [] }, /arrays: train is a function/],
    [{ train: {} }, /arrays: train is an object \(Object\); give/],
    [{ train: { examples: null } }, /arrays: train is null/],
    [{ train: Promise.resolve([[1]]) }, /arrays: train is a Promise: await it first/],
    [{ train: { examples: Promise.resolve([[1]]) } }, /train is a Promise: await it first/],
    [{ train: [[1, 2], null] }, /train\[1\] is null; fill it in/],
    [
      {
        train: [
          [1, 2],
          [3, null],
        ],
      },
      /train\[1\]\[1\] is null; fill it in/,
    ],
    [
      {
        train: [
          [1, 2],
          [3, undefined],
        ],
      },
      /train\[1\]\[1\] is missing/,
    ],
    [
      {
        train: [
          [1, 2],
          [, 3],
        ],
      },
      /train\[1\]\[0\] is missing/,
    ],
    [
      {
        train: [
          [1, 2],
          ["3", 4],
        ],
      },
      /train\[1\]\[0\] is the text "3"; convert text to numbers/,
    ],
    [
      {
        train: [
          [1, 2],
          [true, 4],
        ],
      },
      /train\[1\]\[0\] is true; give 0 and 1/,
    ],
    [{ train: [[1, 2], [3]] }, /train\[1\] has 1 values and the first of its kind 2; .*equally long/],
    [
      {
        train: [
          [1, 2],
          [3, [4]],
        ],
      },
      /train\[1\]\[1\] is a list where the first example has a number/,
    ],
    [{ train: [[1, 2], 3] }, /train\[1\] is a number where the first example has a list of 2/],
    [{ train: [[1, 2], Promise.resolve([3, 4])] }, /train\[1\] is a Promise: await it first/],
    [
      {
        train: [
          [1, 2],
          [3, { v: 4 }],
        ],
      },
      /train\[1\]\[1\] is an object/,
    ],
    [{ train: [1, 2, 3] }, /give a list for each example/],
    [{ train: [] }, /list/],
    [
      {
        train: [
          [1, 2],
          [3, NaN],
        ],
      },
      /example 1 holds NaN; remove or replace it/,
    ],
    [
      {
        train: [
          [1, 2],
          [3, Infinity],
        ],
      },
      /example 1 holds Infinity/,
    ],
    [
      { shape: [1], train: Int32Array.of(1, 16_777_217) },
      /example 1 holds 16777217, which float32 can't hold/,
    ],
    [{ shape: [1], train: Float64Array.of(1, 1e39) }, /example 1 holds 1e\+39, which is too large/],
    [
      { shape: [2], train: new Uint8Array(4), test: new Float32Array(4) },
      /test is of float32 and .* of uint8/,
    ],
    [
      { train: { dtype: "float32", shape: [2, 3], data: new Float32Array(4) } },
      /takes 6 numbers, but its data has 4/,
    ],
    [
      { train: { dtype: "float16", shape: [2, 2], data: new Uint16Array(4) } },
      /is an object \(Object\); give/,
    ],
  ];
  it.each(cases)("%#: %j", (input, message) => {
    expect(() => fromArrays(input as ArraysInput)).toThrow(UserError);
    expect(() => fromArrays(input as ArraysInput)).toThrow(message);
  });
});
