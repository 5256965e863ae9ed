export type { Answer, Draft } from "./draft.ts";
export {
  type Fault,
  type FaultName,
  type FaultSpec,
  type FaultStatus,
  type FaultType,
  faultCatalogue,
  faultNames,
  faultStatusCodes,
  faultTable,
  type InBandErrorType,
  type StatusFault,
} from "./faults/fault.ts";
export type { FaultCondition, FaultPlan } from "./faults/plan.ts";
export {
  type SimulatedCall,
  type SimulatedModel,
  type SimulatedModelOptions,
  simulatedModel,
} from "./inprocess/model.ts";
export type { SimulatedRequest, SimulatorReport } from "./ledger.ts";
export type { SimulationOptions } from "./options.ts";
export type { Pace } from "./pace.ts";
export { parseFaultPlan, parseScript } from "./parse.ts";
export type { RateLimit } from "./rate-limit.ts";
export { renderReport } from "./report.ts";
export type {
  JsonSchema,
  Protocol,
  ScriptMessage,
  ScriptRequest,
  ScriptTool,
  ScriptToolChoice,
} from "./request.ts";
export {
  defineScript,
  type Reply,
  type ReplyContinues,
  type ReplyMatch,
  type ReplyRule,
  type ReplyToolCall,
  type ReplyUsage,
  type Script,
} from "./script.ts";
export { type Simulator, type SimulatorOptions, startSimulator } from "./server.ts";
