import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("latent and latent/web, as other packages import them, are one library", () => {
  const code = `
    const [node, web] = await Promise.all([import("latent"), import("latent/web")]);
    const x = node.input("x", "float32", [2]);
    const y = await web.evaluate(x.add(1), { x: [1, 2] });
    console.log(node.Expr === web.Expr, node.UserError === web.UserError, [...y.data].join());`;
  const args = ["--input-type=module", "--eval", code];
  expect(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }).trim()).toBe("true true 2,3");
});
