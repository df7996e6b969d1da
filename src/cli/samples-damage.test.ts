import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodePng } from "../plot/index.js";
import { checkDamages } from "../testing/damage.js";
import { scratchFolder } from "../testing/run-cli.js";
import { pointsIn } from "./samples.js";

const scratch = scratchFolder();
afterAll(scratch.remove);

test.each(["ring.csv", "ring.png"])(
  "%s, damaged, is refused by its name or read as points",
  {
    timeout: 600_000,
  },
  async (name) => {
    const file = path.join(scratch.folder, name);
    const csv = Buffer.from(
      `x,y\n${Array.from({ length: 40 }, (_, i) => `${Math.cos(i)},${Math.sin(i)}`).join("\n")}\n`,
    );
    const data = Uint8Array.from({ length: 24 * 16 }, (_, i) => (i % 5 === 0 ? 0 : 255));
    const original = name.endsWith(".csv")
      ? csv
      : await encodePng({ width: 24, height: 16, channels: 1, data });
    const refused = await checkDamages({
      original,
      names: new RegExp(name.replace(".", "\\.")),
      read: (bytes) => {
        writeFileSync(file, bytes);
        return pointsIn(file);
      },
      accept: (points) => {
        expect(points.length).toBeGreaterThan(0);
        const size = points[0]?.length;
        for (const point of points) {
          expect(point.length).toBe(size);
          expect(point.every(Number.isFinite)).toBe(true);
        }
      },
    });
    expect(refused).toBeGreaterThan(10);
  },
);
