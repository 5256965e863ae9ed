import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { templatesIn } from "../patterns/prompt.ts";
import { template } from "../patterns/template.ts";
import { dataNote } from "./data-note.ts";
import { type Written, WrittenPrompt } from "./static-prompt.ts";

const tool = (name: string, description = "Looks.") =>
  ({ type: "function", name, description, inputSchema: { type: "object" } }) as const;

/** A request with all that a prompt can have. */
function written(changes: Partial<Written> = {}, ticket = "Where is it?"): Written {
  const asked = template`Sort this ticket: ${{ ticket }}`;
  return {
    task: "sort",
    request: {
      prompt: [
        { role: "system", content: "You sort tickets." },
        { role: "user", content: [{ type: "text", text: asked.text }] },
      ],
      tools: [tool("look"), tool("ask")],
      responseFormat: { type: "json", name: "ticket", schema: { type: "object" } },
      temperature: 0.3,
    },
    templates: templatesIn({ role: "user", content: asked }),
    target: { name: "anthropic/claude-haiku-4-5", settings: { maxOutputTokens: 100 } },
    compress: false,
    ...changes,
  };
}

const instructions = (content: string) => ({ role: "system", content }) as const;

const of = (one: Written): string => new WrittenPrompt(one).fingerprint;
const { request } = written();
const [system, user] = request.prompt;
if (system === undefined || user === undefined) throw new Error("the request has two messages");
const usual = of(written());

describe("the fingerprint of a prompt", () => {
  test("tells what it is made of, in words", () => {
    expect(new WrittenPrompt(written()).static).toEqual({
      task: "sort",
      target: "anthropic/claude-haiku-4-5",
      system: ["You sort tickets."],
      messages: [{ role: "user", text: "Sort this ticket: {ticket}" }],
      tools: [tool("ask"), tool("look")],
      output: request.responseFormat,
      settings: { maxOutputTokens: 100, temperature: 0.3 },
    });
  });

  test.each<[string, Partial<Written>]>([
    ["its task", { task: "triage" }],
    ["its model", { target: { name: "openai/gpt-4.1", settings: { maxOutputTokens: 100 } } }],
    [
      "a setting of its target",
      { target: { ...written().target, settings: { maxOutputTokens: 101 } } },
    ],
    ["a setting of the call", { request: { ...request, temperature: 0.4 } }],
    ["an option of its provider", { request: { ...request, providerOptions: { a: { b: 1 } } } }],
    ["what it may call", { request: { ...request, toolChoice: { type: "required" } } }],
    ["a tool's description", { request: { ...request, tools: [tool("look"), tool("ask", "x")] } }],
    ["a tool more", { request: { ...request, tools: [tool("look"), tool("ask"), tool("x")] } }],
    ["its schema", { request: { ...request, responseFormat: { type: "json", name: "ticket" } } }],
    ["its system text", { request: { ...request, prompt: [instructions("x"), user] } }],
    ["no system text", { request: { ...request, prompt: [user] } }],
    ["a space in a template", saying(template`Sort this ticket:  ${{ ticket: "Where is it?" }}`)],
    ["a variable's place", saying(template`${{ ticket: "Where is it?" }}Sort this ticket: `)],
    ["a variable's name", saying(template`Sort this ticket: ${{ text: "Where is it?" }}`)],
    ["words in place of a variable", saying(template`Sort this ticket: Where is it?`)],
    ["no template", { templates: [] }],
    ["a shorter prompt", { compress: true }],
  ])("changes with %s", (_, changes) => {
    expect(of(written(changes))).not.toBe(usual);
  });

  test.each<[string, Partial<Written>]>([
    ["other user text", { request: { ...request, prompt: [system, user, user] } }],
    ["the order of tools", { request: { ...request, tools: [tool("ask"), tool("look")] } }],
    ["headers", { request: { ...request, headers: { "x-trace": "1" } } }],
    ["who asks", { request: { ...request, providerOptions: { openai: { user: "ann" } } } }],
    [
      "where a setting comes from",
      {
        target: { name: written().target.name, settings: {} },
        request: { ...request, maxOutputTokens: 100 },
      },
    ],
    [
      "how often a template is used",
      { templates: [...written().templates, ...written().templates] },
    ],
    [
      "what Seam says of marks of data",
      {
        request: {
          ...request,
          prompt: [instructions(`You sort tickets.\n\n${dataNote}`), user],
        },
      },
    ],
  ])("does not change with %s", (_, changes) => {
    expect(of(written(changes))).toBe(usual);
  });

  test("does not change with variables, whatever they hold; a system template's included", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (ticket, today) => {
        const rules = template`Today is ${{ today }}.`;
        const templates = [
          ...templatesIn({ role: "system", content: rules }),
          ...written({}, ticket).templates,
        ];
        const prompt = new WrittenPrompt(
          written({
            templates,
            request: { ...request, prompt: [{ role: "system", content: rules.text }, user] },
          }),
        );
        expect(prompt.static.system).toEqual(["Today is {today}."]);
        expect(prompt.static.messages).toEqual([
          { role: "user", text: "Sort this ticket: {ticket}" },
        ]);
      }),
    );
  });

  test("has no credentials in it, which are missing where nothing is sent, and would be committed", () => {
    const connected = (token: string | undefined): WrittenPrompt => {
      const server = { url: "https://mcp.example", authorizationToken: token };
      const tools = [
        {
          type: "provider" as const,
          id: "openai.mcp" as const,
          name: "mcp",
          args: { serverLabel: "a", authorization: token, headers: { "X-Auth": token } },
        },
      ];
      const providerOptions = { anthropic: { mcpServers: [server] } } as NonNullable<
        typeof request.providerOptions
      >;
      return new WrittenPrompt(written({ request: { ...request, tools, providerOptions } }));
    };
    const prompt = connected("tok_12345678");
    expect(JSON.stringify(prompt.static)).not.toContain("tok_12345678");
    expect(prompt.static.settings).toMatchObject({
      providerOptions: { anthropic: { mcpServers: [{ url: "https://mcp.example" }] } },
    });
    expect(prompt.static.tools).toMatchObject([{ args: { serverLabel: "a" } }]);
    expect(connected(undefined).fingerprint).toBe(prompt.fingerprint);
  });

  test("tells a text with braces from a template that reads the same", () => {
    const plain = { ...request, prompt: [instructions("Be {tone}."), user] };
    const rules = template`Be ${{ tone: "{tone}" }}.`;
    const templates = [...templatesIn({ role: "system", content: rules }), ...written().templates];
    expect(of(written({ request: plain }))).not.toBe(of(written({ request: plain, templates })));
  });
});

function saying(content: ReturnType<typeof template>): Partial<Written> {
  return { templates: templatesIn({ role: "user", content }) };
}
