import type { LanguageModelV4FunctionTool, LanguageModelV4ProviderTool } from "@ai-sdk/provider";
import { canonical, fingerprintOf } from "./canonical.ts";
import { dataNote } from "./data-note.ts";
import { type ModelRequest, withSettings } from "./request.ts";
import { staticOptions, withoutSecrets } from "./static-options.ts";
import type { Target } from "./target.ts";
import { type Skeleton, skeletonText } from "./template.ts";

/** A template in a request, and whose words it is. */
export interface PlacedTemplate extends Skeleton {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
}

/** What feature code asked: before anything is compressed, and without what Seam adds on the way. */
export interface Written {
  readonly task: string;
  /** With the settings of the call. */
  readonly request: ModelRequest;
  /** Those of its texts that are known apart from their variables, in their order. */
  readonly templates: readonly PlacedTemplate[];
  /** The first that it is meant for. */
  readonly target: Pick<Target, "name" | "settings">;
  /** Whether what says nothing is taken out of it. */
  readonly compress: boolean;
}

/** What of a prompt is the same whatever it is about: texts with variables as `{name}`, tools, schema, model, settings. */
export interface StaticPrompt {
  readonly task: string;
  readonly target: string;
  /** A system text that is no template counts as it is. */
  readonly system: readonly string[];
  /** Templates in other messages; all else that they say is no part of it. */
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  readonly tools: readonly (LanguageModelV4FunctionTool | LanguageModelV4ProviderTool)[];
  /** The format of the answer, where it is to be JSON. */
  readonly output: ModelRequest["responseFormat"] | null;
  /** All others, by name: the target's, the task's, the call's. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Changes when the meaning of the static part changes. */
const fingerprintVersion = 1;

/** The static part of what was asked; worked out when somebody wants to know, and once. */
export class WrittenPrompt {
  readonly #written: Written;
  #fingerprint: string | undefined;

  constructor(written: Written) {
    this.#written = written;
  }

  get static(): StaticPrompt {
    const { task, target, ...parts } = partsOf(this.#written);
    const system = parts.system.map(skeletonText);
    const messages = parts.messages.map(({ role, ...text }) => ({
      role,
      text: skeletonText(text),
    }));
    return { task, target, ...parts, system, messages };
  }

  /** What users and models say that is no template, in its order: nobody can tell its words from its data. */
  get untagged(): { readonly role: "user" | "assistant"; readonly text: string }[] {
    const { request, templates } = this.#written;
    const tagged = new Set(templates.map(({ text }) => text));
    return request.prompt.flatMap(({ role, content }) => {
      if (role !== "user" && role !== "assistant") return [];
      const texts = content.flatMap((part) => (part.type === "text" ? [part.text] : []));
      return texts.flatMap((text) => (tagged.has(text) ? [] : [{ role, text }]));
    });
  }

  /** SHA-256 of the static part, in hex. */
  get fingerprint(): string {
    this.#fingerprint ??= fingerprintOf({ v: fingerprintVersion, ...partsOf(this.#written) });
    return this.#fingerprint;
  }
}

interface Parts extends Omit<StaticPrompt, "system" | "messages"> {
  readonly system: readonly Skeleton[];
  readonly messages: readonly (Skeleton & Pick<PlacedTemplate, "role">)[];
}

function partsOf({ task, request, templates, target, compress }: Written): Parts {
  const all = withSettings(target.settings, request);
  const { prompt, tools, responseFormat, headers, includeRawChunks, providerOptions, ...settings } =
    all;
  const lasting = providerOptions && staticOptions(providerOptions);
  const messages = templates
    .filter(({ role }) => role !== "system")
    .map(({ role, literals, variables }) => ({ role, literals, variables }));
  return {
    task,
    target: target.name,
    system: systemOf(prompt, templates),
    messages: unique(messages),
    tools: (tools ?? []).map(staticTool).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    output: responseFormat?.type === "json" ? responseFormat : null,
    settings: {
      ...settings,
      ...(lasting && { providerOptions: lasting }),
      ...(compress && { compress }),
    },
  };
}

function staticTool(tool: Parts["tools"][number]): Parts["tools"][number] {
  if (tool.type === "function") return tool;
  return { ...tool, args: withoutSecrets(tool.args) as typeof tool.args };
}

function systemOf(prompt: ModelRequest["prompt"], templates: Written["templates"]): Skeleton[] {
  const left = templates.filter(({ role }) => role === "system");
  return prompt.flatMap(({ role, content }): Skeleton[] => {
    if (role !== "system") return [];
    const text = withoutNote(content);
    if (text === "") return [];
    const at = left.findIndex((template) => template.text === text);
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (found === undefined) return [{ literals: [text], variables: [] }];
    return [{ literals: found.literals, variables: found.variables }];
  });
}

/** Whether Seam has to say what marks of data mean depends on what there is to mark. */
function withoutNote(system: string): string {
  if (!system.endsWith(dataNote)) return system;
  return system.slice(0, -dataNote.length).replace(/\n\n$/, "");
}

/** How often a template is used depends on the data, e.g. on how many examples there are. */
function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [canonical(item), item])).values()];
}
