export { checkDistribution, type ContractOptions } from "./check.js";
export { checkFamily, type FamilyCheckOptions } from "./family.js";
export { type ContractCheck, type ContractReport, formatReport } from "./report.js";
export type { ContractEvaluate, ContractSubject } from "./subject.js";
