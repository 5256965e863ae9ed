import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4ToolCall,
} from "@ai-sdk/provider";
import { noUsage } from "../../call/assemble.ts";
import { ConfigError } from "../../errors.ts";
import type { Desk } from "./desk.ts";

/** How a model is offered the tools. */
export type Offered = Pick<LanguageModelV4CallOptions, "tools" | "toolChoice">;

interface LoopParts {
  readonly task: string;
  readonly desk: Desk;
  readonly signal: AbortSignal;
  /** Asks a model for the next step, and has the tool calls judged that it gives. */
  readonly step: (offered: Offered) => Promise<readonly LanguageModelV4ToolCall[]>;
  readonly run: (toolCallId: string) => Promise<void>;
}

/**
 * The tool loop of the AI SDK round a run: the function goes on until a model answers without calling tools, or calls
 * wait for approval. What is sent, judged and made is the run's affair, which keeps the messages: the loop is given what
 * it needs to go on, and whatever it would add of its own reaches neither a model nor a tool.
 */
export async function openLoop(parts: LoopParts): Promise<() => Promise<void>> {
  const { task, desk, signal, step, run } = parts;
  const { jsonSchema, tool, ToolLoopAgent } = await loadLoop(task);
  const tools = desk.offered().map(({ name, tool: { description, ...own }, schema }) => [
    name,
    tool({
      ...traitsForProvider(own),
      ...(typeof description === "string" && { description }),
      inputSchema: jsonSchema<unknown>(schema.jsonSchema),
      execute: (_input, { toolCallId }) => run(toolCallId),
      toModelOutput: () => ({ type: "text", value: "" }),
    }),
  ]);
  const agent = new ToolLoopAgent({
    model: stepModel(task, step),
    tools: Object.fromEntries(tools),
    toolApproval: ({ toolCall }) => desk.statusOf(toolCall.toolCallId),
    stopWhen: () => false,
    maxRetries: 0,
    telemetry: { isEnabled: false },
  });
  return async () => {
    await agent.generate({ prompt: "go on", abortSignal: signal });
  };
}

/** What tools of the AI SDK say to their provider beside description and schema. */
function traitsForProvider(tool: object): object {
  const { strict, providerOptions, inputExamples } = tool as Record<string, unknown>;
  return {
    ...(strict !== undefined && { strict }),
    ...(providerOptions !== undefined && { providerOptions }),
    ...(inputExamples !== undefined && { inputExamples }),
  };
}

async function loadLoop(task: string): Promise<typeof import("ai")> {
  try {
    return await import("ai");
  } catch (cause) {
    throw new ConfigError(
      {
        summary: "Agents need the package ai, which cannot be imported",
        advice: "Install it: npm install ai",
      },
      { task, cause },
    );
  }
}

/** The model that the loop asks: every request is one step of the run. The arguments are read elsewhere. */
function stepModel(task: string, step: LoopParts["step"]): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "seam",
    modelId: task,
    supportedUrls: {},
    async doGenerate({ tools, toolChoice }) {
      const calls = await step({
        ...(tools !== undefined && { tools }),
        ...(toolChoice !== undefined && { toolChoice }),
      });
      return {
        content: calls.map((call) => ({ ...call, input: "{}" })),
        finishReason: { unified: calls.length > 0 ? "tool-calls" : "stop", raw: undefined },
        usage: noUsage,
        warnings: [],
      };
    },
    doStream() {
      throw new TypeError("a run's loop asks for whole steps");
    },
  };
}
