import { UserError } from "../tensor/index.js";

/** Training was ended because a number became NaN or infinite: other settings may do better, the same ones will not. */
export class TrainingDiverged extends UserError {}
