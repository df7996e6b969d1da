import { common } from "./common";
import { compare } from "./compare";
import { explore } from "./explore";
import { home } from "./home";
import { learn } from "./learn";
import { paint } from "./paint";
import { sweeps } from "./sweeps";
import { train } from "./train";

export default { common, home, train, explore, paint, compare, sweeps, learn };
