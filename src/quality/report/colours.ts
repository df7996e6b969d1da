/** Real rows are grey, synthetic ones blue; held-out rows are real. */
export const REAL = "#8d97a6";
export const SYNTHETIC = "#3b76e0";
export const SECOND = "#d9603b";
export const AXIS = { fontSize: 13, strokeOpacity: 0.5, fillOpacity: 0.75 };
