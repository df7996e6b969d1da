const negation =
  "CAkSBmxhdGVudDo7ChQKAXgSAXkaBU5lZ18wIgNOZWc6ABIBd1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBQ=";

/** y = -x of one number, as ONNX: the least that shows whether a backend computes. */
export function tinyModel(): Uint8Array {
  return Uint8Array.from(atob(negation), (character) => character.charCodeAt(0));
}
