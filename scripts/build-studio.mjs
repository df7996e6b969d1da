// Builds the studio's page into dist/studio-page, or takes it from the cache where neither it nor what it imports has changed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { root } from "./tools.mjs";

const studio = path.join(root, "apps", "studio");
const dist = path.join(root, "dist");
const built = path.join(dist, "studio-page");
const cache = path.join(root, "node_modules", ".cache", "latent-studio");

/** Files below a folder, in an order of their own. */
function filesBelow(folder, skipped) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skipped.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(file, skipped) : [file];
    });
}

/** A checksum of all that the build is made of. */
function checksum() {
  const hash = createHash("sha256");
  const parts = [
    ...filesBelow(studio, ["node_modules"]),
    ...filesBelow(dist, ["bundle", "studio", "studio-page", "cli"]).filter((file) => file.endsWith(".js")),
    path.join(root, "package-lock.json"),
  ];
  for (const file of parts) hash.update(path.relative(root, file)).update("\0").update(readFileSync(file));
  return hash.digest("hex").slice(0, 32);
}

const kept = path.join(cache, checksum());
rmSync(built, { recursive: true, force: true });
if (!existsSync(kept)) {
  const vite = path.join(root, "node_modules", "vite", "bin", "vite.js");
  execFileSync(process.execPath, [vite, "build", "--logLevel", "error"], { cwd: studio, stdio: "inherit" });
  rmSync(cache, { recursive: true, force: true });
  const part = `${kept}.${process.pid}`;
  cpSync(built, part, { recursive: true });
  renameSync(part, kept);
} else {
  cpSync(kept, built, { recursive: true });
}
