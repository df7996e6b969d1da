import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { dataAmong, zipped } from "./send-files";

const placed = (path: string, text = path) => ({
  path,
  file: new File([text], path.split("/").at(-1) ?? ""),
});

test("a zip holds the files as they are, by their paths", async () => {
  const blob = await zipped([placed("猫/1.png", "one"), placed("猫/b/2.png", "")]);
  const files = unzipSync(new Uint8Array(await blob.arrayBuffer()));
  expect(Object.entries(files).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
    ["猫/1.png", "one"],
    ["猫/b/2.png", ""],
  ]);
});

test("what is no data is not sent, unless there is nothing else", () => {
  const paths = ["d/train-images-idx3-ubyte.gz", "d/emnist.idx1-ubyte", "d/a.PNG", "d/rows.csv", "d/x.npy"];
  const others = ["d/README.md", "d/run.sh", "d/notes.docx"];
  expect(dataAmong([...paths, ...others].map((path) => placed(path))).map(({ path }) => path)).toEqual(paths);
  expect(dataAmong([placed("a.md")])).toHaveLength(1);
});
