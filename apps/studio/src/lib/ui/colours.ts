const light = [
  "#4f46e5",
  "#d9480f",
  "#0b7a75",
  "#b5179e",
  "#7a5c00",
  "#1971c2",
  "#c2255c",
  "#2b8a3e",
  "#5f3dc4",
  "#495057",
];
const dark = [
  "#a5a0ff",
  "#ff9f5a",
  "#4fd6c9",
  "#f58be0",
  "#e6c34a",
  "#74c0fc",
  "#ff8fb1",
  "#7ee08f",
  "#b197fc",
  "#ced4da",
];

/** A colour of the palette: ten that can be told apart on the page's ground, as for the ten digits. */
export const colourOf = (index: number, onDark: boolean): string =>
  (onDark ? dark : light)[((index % light.length) + light.length) % light.length] as string;
