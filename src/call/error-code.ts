/** Every code an error of Seam can carry; the class of the same name is exported beside it. */
export type ErrorCode =
  | "DeadlineExceeded"
  | "RateLimited"
  | "QuotaExhausted"
  | "Overloaded"
  | "ProviderUnavailable"
  | "AuthenticationFailed"
  | "InvalidRequest"
  | "ContextTooLong"
  | "Refused"
  | "Truncated"
  | "InvalidOutput"
  | "StreamInterrupted"
  | "BudgetExceeded"
  | "StepLimit"
  | "Busy"
  | "StoreUnavailable"
  | "ConfigError";
