/** The library's door. */
export type { Attempt, AttemptKind } from "./call/attempt.ts";
export type { BudgetUse } from "./call/budget.ts";
export type { ErrorCode } from "./call/error-code.ts";
export type { Tags } from "./call/labels.ts";
export type { Price } from "./call/price.ts";
export { SeamError } from "./call/seam-error.ts";
export type { AgentStep, AgentToolCall } from "./call/step.ts";
export type { Template, Text } from "./call/template.ts";
export type { StoppedBy, ToolEffect, ToolOutcome } from "./call/tool-record.ts";
export type { Reroute, Resume, Source } from "./call/trace.ts";
export type { Usage } from "./call/usage.ts";
export {
  type AgentConfig,
  type AttemptConfig,
  type BreakerConfig,
  type BudgetConfig,
  type CacheConfig,
  type CanaryConfig,
  defineConfig,
  type ExtractConfig,
  type HedgeConfig,
  type PaceConfig,
  type PolicyConfig,
  type RetryBudgetConfig,
  type RetryConfig,
  type RuleInput,
  type SeamConfig,
  type Settings,
  type TargetConfig,
  type TaskConfig,
  type TaskRule,
  type TelemetryConfig,
} from "./config/types.ts";
export {
  AuthenticationFailed,
  BudgetExceeded,
  ConfigError,
  ContextTooLong,
  DeadlineExceeded,
  InvalidOutput,
  InvalidRequest,
  type OutputIssue,
  Overloaded,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
  Refused,
  type RejectedOutput,
  StreamInterrupted,
  Truncated,
} from "./errors.ts";
export type { Agent } from "./patterns/agent/agent.ts";
export type { AgentStream } from "./patterns/agent/agent-stream.ts";
export type { Approval, ApprovalDecision } from "./patterns/agent/approvals/approval.ts";
export type {
  Approvals,
  DecideOptions,
  ListApprovals,
} from "./patterns/agent/approvals/approvals.ts";
export {
  type AskInTerminalOptions,
  askInTerminal,
} from "./patterns/agent/approvals/ask-in-terminal.ts";
export type { AboutCall, Grant, Permission, ToolGrant } from "./patterns/agent/grant.ts";
export type {
  AgentOptions,
  AnsweredRun,
  Approve,
  Decision,
  PausedRun,
  PendingApproval,
  RemovedLink,
  RunOptions,
  RunResult,
  RunSummary,
  UntrustedDocument,
} from "./patterns/agent/options.ts";
export type { AgentPart } from "./patterns/agent/part.ts";
export {
  type AgentTool,
  type AgentTools,
  defineTool,
  type JsonSchemaLike,
  type ToolDefinition,
  type ToolInput,
  type ToolOptions,
  type ToolTraits,
} from "./patterns/agent/tool.ts";
export { ToolFailure } from "./patterns/agent/tools/tool-failure.ts";
export { withTraits } from "./patterns/agent/tools/with-traits.ts";
export type { CompleteOptions, CompleteResult } from "./patterns/complete.ts";
export type { AgentConversation } from "./patterns/conversation/agent-conversation.ts";
export type {
  AgentConversationOptions,
  AgentTurn,
  AgentTurnOptions,
} from "./patterns/conversation/agent-turn.ts";
export type { AppendOptions } from "./patterns/conversation/append.ts";
export type { Conversation, ConversationStream } from "./patterns/conversation/conversation.ts";
export type {
  AnsweredTurn,
  ConversationOptions,
  ConversationSummary,
  PastTurn,
  Said,
  SentWindow,
  TurnOptions,
} from "./patterns/conversation/options.ts";
export type { ExtractOptions, ExtractResult, RuleValue } from "./patterns/extract/extract.ts";
export type { DeepPartial, ExtractStream } from "./patterns/extract/stream-extract.ts";
export type { Message, PromptMessage, PromptOptions } from "./patterns/prompt.ts";
export type { CallSummary, FinishReason } from "./patterns/result.ts";
export { Busy, StepLimit, StoreUnavailable } from "./patterns/run-errors.ts";
export type { SeamStream, StreamOptions, StreamResult } from "./patterns/stream.ts";
export { type TemplateValue, template } from "./patterns/template.ts";
export type { ModelRef, ProviderConfig } from "./providers/types.ts";
export { type Redactor, redactors } from "./redact/redactor.ts";
export type { CallOptions } from "./runtime.ts";
export { createSeam, type Seam } from "./seam.ts";
export type { Duration } from "./util/duration.ts";
