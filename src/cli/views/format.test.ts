import { expect, test } from "vitest";
import { bar, clock, columns, evaluationText, fitLine, measureText, termsText, wrapped } from "./format.js";

test("measures have about four digits", () => {
  expect([158.42, 5.519, 0.0675, 0, 2e-8, -147.36].map(measureText)).toEqual([
    "158.4",
    "5.52",
    "0.0675",
    "0",
    "2.0e-8",
    "-147.4",
  ]);
});

test("clocks", () => {
  expect([9, 59.6, 754, 3723, Number.POSITIVE_INFINITY, Number.NaN].map(clock)).toEqual([
    "0:09",
    "1:00",
    "12:34",
    "1:02:03",
    "-:--",
    "-:--",
  ]);
});

test("bars fill in eighths of a character and keep their width", () => {
  expect(bar(0, 4)).toBe("    ");
  expect(bar(0.5, 4)).toBe("██  ");
  expect(bar(5 / 32, 4)).toBe("▋   ");
  expect(bar(2, 4)).toBe("████");
  expect(bar(-1, 4)).toBe("    ");
});

test("terms read as a sum where they are one", () => {
  const elbo = { negativeElbo: 158.4, reconstruction: 152.9, kl: 5.5 };
  expect(termsText(elbo)).toBe("-ELBO 158.4 = 152.9 + KL 5.50");
  expect(termsText({ simple: 1.07, mse: 0.07 })).toBe("simple 1.07  MSE 0.0700");
  expect(termsText({})).toBe("");
});

test("an estimated KL is marked", () => {
  const evaluation = {
    split: "test",
    examples: 1,
    binarize: "none" as const,
    negativeElbo: 10,
    reconstruction: 8,
    kl: 2,
    mse: 0.5,
    activeUnits: 1,
    latentDim: 2,
    terms: {},
  };
  const text = (klMethod: "exact" | "monteCarlo"): string => evaluationText({ ...evaluation, klMethod });
  expect(text("exact")).toBe("-ELBO 10.0 = 8.00 + KL 2.00  MSE 0.5000  active 1/2  not binarised");
  expect(text("monteCarlo")).toContain("KL ~2.00");
  // rows of a table have no squared error, and are never binarised
  expect(evaluationText({ ...evaluation, klMethod: "exact", mse: null })).toBe(
    "-ELBO 10.0 = 8.00 + KL 2.00  active 1/2",
  );
});

test("a line keeps what fits", () => {
  expect(fitLine(["abcdef", "gh"], 3)).toBe("abcdef");
  expect(fitLine(["ab", "cd", "efgh"], 7)).toBe("ab  cd");
});

test("columns", () => {
  expect(
    columns(
      [
        ["a", "1"],
        ["bcd", "22"],
      ],
      [1],
    ),
  ).toBe("a     1\nbcd  22");
});

test("a line too long for the terminal goes on in the next, and loses nothing", () => {
  const parts = ["epoch  3/10", "test -ELBO 147.4 = 141.2 + KL 6.2", "MSE 0.0400", "active 2/2"];
  expect(wrapped(parts, 80)).toEqual([parts.join("  ")]);
  expect(wrapped(parts, 39)).toEqual([
    "epoch  3/10",
    "  test -ELBO 147.4 = 141.2 + KL 6.2",
    "  MSE 0.0400  active 2/2",
  ]);
  expect(wrapped([], 39)).toEqual([]);
});
