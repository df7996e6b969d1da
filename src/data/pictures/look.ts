import { UserError } from "../../tensor/index.js";
import { shortened } from "./found.js";
import { manyAtATime } from "./many.js";
import type { PictureHeader } from "./reading.js";
import type { checkedChoices, PictureSettings } from "./settings.js";

/** More pixels than this are no example unless they are asked for. */
const mostUnasked = 65_536;
/** Pictures whose headers are read at a time. */
const portion = 256;

/** A size to propose for pictures of this one: a power of two and halves between, at most 64, that they have. */
function proposal({ width, height }: { readonly width: number; readonly height: number }): string {
  const side = [64, 48, 32, 24, 16, 8].find((candidate) => candidate <= Math.min(width, height)) ?? 8;
  return `${side}x${side}`;
}

const sizeOfHeader = ({ width, height }: PictureHeader): string => `${width}x${height}`;

const ask = (text: string): string =>
  `give the size that all are brought to, such as size ${text} (--size ${text})`;

/** How pictures are looked at: what reads a file's header, so many at a time. */
export interface Looking<F> {
  readonly header: (file: F) => Promise<PictureHeader>;
  readonly lanes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Settings with the size and the colour that were not told, which the pictures' headers say: read as far as they are
 * needed. Files without a readable header are passed over.
 *
 * @throws UserError if sizes differ or are large, with a size to ask for.
 */
export async function settled<F extends { readonly name: string }>(
  files: readonly F[],
  told: ReturnType<typeof checkedChoices>,
  shown: string,
  { header, lanes, signal }: Looking<F>,
): Promise<PictureSettings> {
  let { size, colour } = told;
  let failure = "";
  let first: { readonly header: PictureHeader; readonly name: string } | undefined;
  const look = async (file: F): Promise<{ header: PictureHeader; name: string } | undefined> => {
    try {
      return { header: await header(file), name: file.name };
    } catch (error) {
      failure ||= `${file.name} (${shortened(error)})`;
      return undefined;
    }
  };
  const done = (): boolean => size !== undefined && colour !== undefined;
  for (let start = 0; start < files.length && !done(); start += portion) {
    signal?.throwIfAborted();
    for (const found of await manyAtATime(files.slice(start, start + portion), look, lanes)) {
      if (found === undefined) continue;
      first ??= found;
      if (!found.header.grey) colour ??= "rgb";
      if (size === undefined && sizeOfHeader(found.header) !== sizeOfHeader(first.header)) {
        throw new UserError(
          `${shown}: the pictures are of different sizes, such as ${sizeOfHeader(first.header)} (${first.name}) and ` +
            `${sizeOfHeader(found.header)} (${found.name}); ${ask(proposal(found.header))}`,
          2,
        );
      }
    }
  }
  if (size === undefined) {
    if (first === undefined)
      throw new UserError(
        `${shown}: no file of ${files.length.toLocaleString("en-US")} can be read as a picture: ${failure}`,
      );
    const { width, height } = first.header;
    size = sizeOfHeader(first.header);
    if (width * height > mostUnasked) {
      throw new UserError(`${shown}: the pictures are large, ${size}; ${ask(proposal(first.header))}`, 2);
    }
  }
  return { ...told, size, colour: colour ?? "grey" };
}
