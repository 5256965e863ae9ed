import type { Attributes } from "@opentelemetry/api";
import type { Target } from "../call/target.ts";

/** What the conventions call providers that go by another name here; others keep theirs. */
const conventionalNames: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  bedrock: "aws.bedrock",
  "amazon-bedrock": "aws.bedrock",
  gemini: "gcp.gemini",
  google: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  mistral: "mistral_ai",
  moonshot: "moonshot_ai",
  moonshotai: "moonshot_ai",
  watsonx: "ibm.watsonx.ai",
  grok: "x_ai",
  xai: "x_ai",
};

const known = new WeakMap<Target, Attributes>();

/** What spans and metrics say of a target: what it does, whose it is, which model, and where. */
export function attributesOf(target: Target): Attributes {
  const attributes = known.get(target) ?? describe(target);
  known.set(target, attributes);
  return attributes;
}

export function modelOf({ name }: Target): string {
  return name.slice(name.indexOf("/") + 1);
}

/** An instance of the AI SDK says `openai.chat` where a config says `openai`. */
function describe(target: Target): Attributes {
  const provider = target.name.split(/[/.]/, 1)[0] ?? "";
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": conventionalNames[provider] ?? provider,
    "gen_ai.request.model": modelOf(target),
    ...serverOf(target),
  };
}

export function serverOf({ baseURL }: Target): Attributes {
  const url = baseURL === undefined ? null : URL.parse(baseURL);
  if (url === null) return {};
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { "server.address": url.hostname, "server.port": port };
}
