/** What a file that isn't what it should be seems to be, with what to do, as the end of a message; empty if unknown. */
export function guessFile(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes.subarray(0, 64));
  if (/^\s*<(!doctype|html|\?xml)/i.test(text))
    return "; it is a web page: the download went wrong, repeat it";
  if (text.startsWith("PK"))
    return "; it is a zip archive: unpack it first, or name it .npz if it is NumPy's";
  if (text.startsWith("\x93NUMPY")) return "; it is a NumPy file: let its name end in .npy";
  if (text.startsWith("\x89PNG")) return "; it is a PNG picture";
  if (text.startsWith("\xff\xd8\xff")) return "; it is a JPEG picture";
  if (text.startsWith("\x89HDF")) return "; it is an HDF5 file: write its arrays with numpy.save";
  if (text.startsWith("PAR1")) return "; it is a Parquet file: write its columns with numpy.save";
  if (text.startsWith("\x80")) return "; it seems to be a Python pickle: write its arrays with numpy.save";
  if (/^[\s\d.,;eE+-]+$/.test(text) && text !== "")
    return "; it seems to be a text with numbers: write it with numpy.save";
  return "";
}
