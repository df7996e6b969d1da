import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundle } from "./bundle.mjs";
import { root } from "./tools.mjs";

await bundle();
const program = path.join(root, "dist", "bundle", "main.js");
// npm links the bin as it is: it must be executable.
chmodSync(program, 0o755);

// Which choices go together takes a second to find: `latent list` reads what is found here.
const table = path.join(root, "dist", "bundle", "combinations.json");
rmSync(table, { force: true });
const found = execFileSync(process.execPath, [program, "list", "combinations", "--json"], {
  encoding: "utf8",
});
const { combinations } = JSON.parse(found);
writeFileSync(table, JSON.stringify(combinations));
