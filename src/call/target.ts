import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { Price } from "./price.ts";
import type { ModelRequest, ModelSettings } from "./request.ts";

/** One concrete model of one provider, with the settings it is asked with. */
export interface Target {
  /** `provider/model`, as in the config and in every event. */
  readonly name: string;
  /** What tells this target from any other in a fingerprint: its name and where it lives. */
  readonly identity: { readonly name: string; readonly endpoint: string };
  /** Whether the identity means the same target in another process, too; otherwise answers stay in this one. */
  readonly isLasting: boolean;
  /** Where its API lives; `undefined` where only the model itself knows. */
  readonly baseURL: string | undefined;
  readonly settings: ModelSettings;
  readonly price: Price | undefined;
  /** Tokens that it takes, question and answer together; `undefined` where nobody has told it. */
  readonly contextLimit: number | undefined;
  /** The header that carries the task's name to this target, if the config asks for one. */
  readonly taskHeader: string | undefined;
  readonly pace: PaceRule;
  /** What must not appear in a text: this target's credentials. */
  readonly secrets: readonly string[];
  /** Last changes to a request that only this provider needs; they do not change its meaning. */
  readonly adapt: (options: LanguageModelV4CallOptions) => LanguageModelV4CallOptions;
  /** Whether this request may end with the beginning of the answer, for the model to go on from. */
  readonly takesPrefill: (request: ModelRequest) => boolean;
  /** Loads the provider on first use. */
  model(): Promise<LanguageModelV4>;
}

/** How much a target is sent. */
export interface PaceRule {
  readonly requestsPerWindow: number | undefined;
  /** Input and output together. */
  readonly tokensPerWindow: number | undefined;
  readonly windowMs: number;
  /** Requests that may be open at once. */
  readonly inFlight: number | undefined;
  /** The longest a call waits for its turn; its deadline may be sooner. */
  readonly waitMs: number;
  /** Whether what the target's responses tell about its limits is heeded. */
  readonly learn: boolean;
}

/** What tells a target's own state (its breaker, its retries, its pace) from that of any other, whatever its settings are. */
export function keyOfTarget({ identity }: Target): string {
  return `${identity.name} ${identity.endpoint}`;
}
