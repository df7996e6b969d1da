import { expect, test } from "vitest";
import { type DroppedEntry, type DroppedItem, filesFromDrop } from "./from-drop.js";

const file = (name: string): File => new File(["x"], name);

function fileEntry(name: string): DroppedEntry {
  const found = {
    isFile: true,
    isDirectory: false,
    name,
    file: (done: (one: File) => void) => done(file(name)),
  };
  return found;
}

/** A folder whose entries come two at a time, as a browser's come by the hundred. */
function folderEntry(name: string, inside: readonly DroppedEntry[]): DroppedEntry {
  const createReader = () => {
    let at = 0;
    return {
      readEntries(done: (entries: readonly DroppedEntry[]) => void): void {
        at += 2;
        setTimeout(() => done(inside.slice(at - 2, at)), 0);
      },
    };
  };
  return Object.assign({ isFile: false, isDirectory: true, name }, { createReader });
}

/** What was dropped, which the browser takes back once the handler has returned. */
function dropped(...entries: readonly DroppedEntry[]): { items: DroppedItem[]; takeBack(): void } {
  let there = true;
  const items = entries.map(
    (entry): DroppedItem => ({
      kind: "file",
      getAsFile: () => null,
      webkitGetAsEntry: () => (there ? entry : null),
    }),
  );
  return { items, takeBack: () => void (there = false) };
}

test("all files of dropped folders come with their paths, hidden ones left out", async () => {
  const pets = folderEntry("pets", [
    folderEntry("cats", [fileEntry("1.png"), fileEntry("2.png"), fileEntry("3.png")]),
    fileEntry(".DS_Store"),
    folderEntry(".git", [fileEntry("config")]),
    fileEntry("notes.txt"),
  ]);
  const { items, takeBack } = dropped(pets, fileEntry("more.csv"));
  const reading = filesFromDrop([...items, { kind: "string", getAsFile: () => null }]);
  takeBack();
  const found = await reading;
  expect(found.map(({ path }) => path)).toEqual([
    "pets/cats/1.png",
    "pets/cats/2.png",
    "pets/cats/3.png",
    "pets/notes.txt",
    "more.csv",
  ]);
  expect(await found[0]?.file.text()).toBe("x");
});

test("without entries, the files themselves", async () => {
  const items = [{ kind: "file", getAsFile: () => file("a.npy") }];
  expect((await filesFromDrop(items)).map(({ path }) => path)).toEqual(["a.npy"]);
});

test("too many, what can't be read, and an abort", async () => {
  const many = folderEntry("f", [fileEntry("1"), fileEntry("2"), fileEntry("3")]);
  await expect(filesFromDrop(dropped(many).items, { files: 2 })).rejects.toThrow(
    /more than 2 files were dropped/,
  );
  const gone = Object.assign(fileEntry("gone.png"), {
    file: (_: unknown, failed: (cause: Error) => void) => failed(new Error("NotFound")),
  });
  await expect(filesFromDrop(dropped(folderEntry("f", [gone])).items)).rejects.toThrow(
    "can't read f/gone.png (NotFound): drop it again",
  );
  const stopped = AbortSignal.abort(new Error("enough"));
  await expect(filesFromDrop(dropped(many).items, { signal: stopped })).rejects.toThrow("enough");
});
