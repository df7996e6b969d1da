import { existsSync } from "node:fs";
import path from "node:path";
import { build, install, orStop, root, run } from "./tools.mjs";

install();
console.log("building");
orStop(build(), "the build");

let folder = path.join("runs", "quickstart");
for (let i = 2; existsSync(path.join(root, folder)); i++) folder = path.join("runs", `quickstart-${i}`);
const options = process.argv.slice(2);
const args = ["dist/bundle/main.js", "train", "mnist", "--z", "2", "--out", folder, ...options];
// On Linux with large pages: fewer of them to fetch when the data are read.
const tunables = [process.env.GLIBC_TUNABLES, "glibc.malloc.hugetlb=1"].filter(Boolean).join(":");
process.exitCode = run(process.execPath, args, { GLIBC_TUNABLES: tunables });
