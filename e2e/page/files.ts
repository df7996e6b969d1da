// A page that reads the files of an input, in its own thread and in a worker, and says what came of it.
import { type Dataset, filesFromDrop, type PlacedFile, readFiles, type ReadFilesOptions } from "latent/web";

async function digest(data: ArrayLike<number> & ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).slice();
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].join(" ");
}

async function summaryOf({ train, test, classes, shape, name, schema, notes }: Dataset): Promise<unknown> {
  const part = async ({ length, examples, labels, ids }: Dataset["train"]): Promise<unknown> => ({
    length,
    dtype: examples.dtype,
    examples: await digest(examples.data),
    first: [...examples.data.slice(0, 64)],
    labels: labels && [...labels],
    ids,
  });
  return { name, shape, classes, schema, notes, train: await part(train), test: await part(test) };
}

const isWorker = typeof document === "undefined";

if (isWorker) {
  addEventListener(
    "message",
    ({ data }: MessageEvent<{ files: PlacedFile[]; options: ReadFilesOptions }>) => {
      readFiles(data.files, data.options)
        .then(summaryOf)
        .then(
          (summary) => postMessage({ summary }),
          (error: Error) => postMessage({ error: error.message }),
        );
    },
  );
} else {
  const input = (): File[] => [...(document.querySelector("input")?.files ?? [])];
  const readInPage = async (options: ReadFilesOptions): Promise<unknown> => {
    const told: number[] = [];
    const data = await readFiles(input(), { ...options, onProgress: ({ done }) => told.push(done) });
    return { summary: await summaryOf(data), told };
  };
  const readInWorker = (options: ReadFilesOptions): Promise<unknown> => {
    const worker = new Worker("./files.js", { type: "module" });
    const files = input().map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<unknown>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage({ files, options });
    }).finally(() => worker.terminate());
  };
  const readDropped = async (): Promise<unknown> => {
    const transfer = new DataTransfer();
    for (const file of input()) transfer.items.add(file);
    const files = await filesFromDrop(transfer.items);
    return { summary: await summaryOf(await readFiles(files)) };
  };
  Object.assign(globalThis, { readInPage, readInWorker, readDropped });
}
