import { type Emitter, Expr } from "../graph/index.js";
import { unary } from "./elementwise.js";
import { horner } from "./polynomial.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
    erf(): Expr;
  }
}

// The rational approximations of FreeBSD's s_erf.c (Sun Microsystems, 1993), lowest power first:
// below 0.84375, around 1, from 1.25, and from 1/0.35.
const nearNumerator = [
  1.28379167095512558561e-1, -3.2504210724700149937e-1, -2.84817495755985104766e-2,
  -5.77027029648944159157e-3, -2.37630166566501626084e-5,
];
const nearDenominator = [
  1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3,
  1.32494738004321644526e-4, -3.9602282787753681232e-6,
];
const atOne = 8.45062911510467529297e-1;
const oneNumerator = [
  -2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1,
  3.18346619901161753674e-1, -1.10894694282396677476e-1, 3.54783043256182359371e-2, -2.166375594868790843e-3,
];
const oneDenominator = [
  1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2,
  1.26171219808761642112e-1, 1.36370839120290507362e-2, 1.1984499846799107417e-2,
];
const tailNumerator = [
  -9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1,
  -6.23753324503260060396e1, -1.62396669462573470355e2, -1.84605092906711035994e2, -8.12874355063065934246e1,
  -9.81432934416914548592,
];
const tailDenominator = [
  1, 1.96512716674392571292e1, 1.376577541435190426e2, 4.34565877475229228821e2, 6.45387271733267880336e2,
  4.29008140027567833386e2, 1.08635005541779435134e2, 6.57024977031928170135, -6.04244152148580987438e-2,
];
const farNumerator = [
  -9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1,
  -1.60636384855821916062e2, -6.37566443368389627722e2, -1.02509513161107724954e3, -4.83519191608651397019e2,
];
const farDenominator = [
  1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3, 3.19985821950859553908e3,
  2.55305040643316442583e3, 4.74528541206955367215e2, -2.24409524465858183362e1,
];

function lowerErf64(emit: Emitter, x: string): string {
  const scalar = (value: number): string => emit.scalar(value, "float64");
  const ratio = (of: string, numerator: readonly number[], denominator: readonly number[]): string =>
    emit.node("Div", [horner(emit, of, numerator, "float64"), horner(emit, of, denominator, "float64")]);
  const magnitude = emit.node("Abs", [x]);
  const below = (limit: number): string => emit.node("Less", [magnitude, scalar(limit)]);
  const square = emit.node("Mul", [x, x]);
  const one = scalar(1);

  const near = emit.node("Add", [x, emit.node("Mul", [x, ratio(square, nearNumerator, nearDenominator)])]);
  const around = emit.node("Sub", [magnitude, one]);
  const aroundOne = emit.node("Add", [scalar(atOne), ratio(around, oneNumerator, oneDenominator)]);
  const inverse = emit.node("Div", [one, square]);
  const exponent = emit.node("Where", [
    below(1 / 0.35),
    ratio(inverse, tailNumerator, tailDenominator),
    ratio(inverse, farNumerator, farDenominator),
  ]);
  const power = emit.node("Exp", [emit.node("Sub", [exponent, emit.node("Add", [square, scalar(0.5625)])])]);
  const tail = emit.node("Sub", [one, emit.node("Div", [power, magnitude])]);
  const far = emit.node("Where", [below(1.25), aroundOne, tail]);
  return emit.node("Where", [below(0.84375), near, emit.node("Mul", [emit.node("Sign", [x]), far])]);
}

/**
 * The error function. In float64, for which ONNX Runtime has no kernel, by Sun's rational approximations:
 * relative error below 4e-16.
 */
export const erf: (x: Expr) => Expr = unary({
  name: "erf",
  onnx: (emit, x, dtype) => (dtype === "float64" ? lowerErf64(emit, x) : emit.node("Erf", [x])),
  gradient: (x, _y, g) =>
    g.mul(
      x
        .square()
        .neg()
        .exp()
        .mul(2 / Math.sqrt(Math.PI)),
    ),
});

Expr.prototype.erf = function () {
  return erf(this);
};
