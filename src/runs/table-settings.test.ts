import { expect, it } from "vitest";
import type { FittedTable } from "../data/portable.js";
import { tableSettings } from "./table-settings.js";

const table = { version: 1, rows: 100, columns: [] } as unknown as FittedTable;
const schema = { kind: "columns", columns: [], table } as const;

it.each([
  // rows / 24 as a power of two from 32 to 512; epochs for some 2,500 updates, 10 to 300
  [100, 32, 300],
  [3000, 128, 107],
  [26_049, 512, 50],
  [10_000_000, 512, 10],
])("of %d rows are batches of %d for %d epochs", (length, batchSize, epochs) => {
  const settings = tableSettings({ schema, train: { length } });
  expect(settings).toMatchObject({ batchSize, epochs, optimizer: { name: "adam" } });
  expect(settings.schedule?.name).toBe("cosine");
  expect(settings).not.toHaveProperty("patience");
});

it("take the epochs told, the best epoch's weights with rows held out, and nothing for other data", () => {
  const held = { length: 10 } as never;
  expect(tableSettings({ schema, train: { length: 100 }, validation: held }, 7)).toMatchObject({
    epochs: 7,
    patience: 7,
  });
  const gaps = { name: "a", as: "choices", missing: { texts: [""], counts: [30] } };
  const many = { kind: "columns", columns: [], table: { ...table, columns: [gaps] } as never } as const;
  expect(tableSettings({ schema: many, train: { length: 100 }, validation: held })).not.toHaveProperty(
    "patience",
  );
  expect(tableSettings({ train: { length: 100 } })).toEqual({});
  expect(tableSettings(undefined)).toEqual({});
});
