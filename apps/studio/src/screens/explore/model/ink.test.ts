import { expect, test } from "vitest";
import { centredInk, inkBox } from "./ink";

/** A drawing with a filled rectangle. */
function rectangle(side: number, left: number, top: number, width: number, height: number) {
  const values = new Float32Array(side * side);
  for (let y = top; y < top + height; y++) values.fill(1, y * side + left, y * side + left + width);
  return { width: side, height: side, values };
}

function centreOf(picture: Float32Array): readonly [number, number] {
  let [mass, x, y] = [0, 0, 0];
  picture.forEach((value, i) => {
    mass += value;
    x += value * ((i % 28) + 0.5);
    y += value * (Math.floor(i / 28) + 0.5);
  });
  return [x / mass, y / mass];
}

test("nothing drawn is nothing", () => {
  expect(inkBox(rectangle(50, 0, 0, 0, 0))).toBeUndefined();
  expect(centredInk(rectangle(50, 0, 0, 0, 0)).every((value) => value === 0)).toBe(true);
});

test("a drawing's longer side becomes 20 pixels, wherever and however large it was drawn", () => {
  for (const ink of [
    rectangle(280, 200, 10, 20, 60),
    rectangle(280, 5, 100, 50, 150),
    rectangle(28, 1, 1, 3, 9),
  ]) {
    const picture = centredInk(ink);
    const rowsWithInk = Array.from({ length: 28 }, (_, y) => picture.slice(y * 28, y * 28 + 28)).filter(
      (row) => row.some((value) => value > 0.01),
    );
    expect(rowsWithInk).toHaveLength(20);
    const [x, y] = centreOf(picture);
    expect(x).toBeCloseTo(14, 3);
    expect(y).toBeCloseTo(14, 3);
  }
});

test("the centre is that of the mass, not of the box", () => {
  const ink = rectangle(280, 100, 40, 100, 60);
  // A thin tail below makes the box taller, but weighs little.
  for (let y = 100; y < 150; y++) ink.values.fill(1, y * 280 + 100, y * 280 + 104);
  const [x, y] = centreOf(centredInk(ink));
  expect(x).toBeCloseTo(14, 1);
  expect(y).toBeCloseTo(14, 1);
});
