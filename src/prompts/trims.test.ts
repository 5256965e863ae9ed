import { describe, expect, test } from "vitest";
import type { Prompt } from "./segments.ts";
import { toolsIn, trimsOf } from "./trims.ts";

const rule = "Never tell the customer about another customer's orders.";
const article = "The parcel left the house early. ".repeat(10);
const user = (...texts: string[]): Prompt["prompt"][number] => ({
  role: "user",
  content: texts.map((text) => ({ type: "text", text })),
});
const kinds = (...prompts: Prompt[]): string[] =>
  trimsOf(prompts).map(({ kind, isSafe }) => `${kind}${isSafe ? " (safe)" : ""}`);

describe("what prompts hold that they need not", () => {
  test("a sentence said again: safe to take out of the system's messages, told of all others", () => {
    const system = { role: "system", content: `${rule}\n${rule}` } as const;
    expect(kinds({ prompt: [system] })).toEqual(["sentence (safe)"]);
    expect(kinds({ prompt: [user(rule, rule)] })).toEqual(["sentence"]);
    expect(kinds({ prompt: [{ role: "system", content: rule }, user(rule)] })).toEqual([
      "sentence",
    ]);
  });

  test("is counted over prompts, with the tokens of one that has it", () => {
    const [trim] = trimsOf([
      { prompt: [user(`${rule} ${rule} ${rule}`)] },
      { prompt: [user(rule)] },
      { prompt: [user(`${rule} ${rule}`)] },
    ]);
    expect(trim).toMatchObject({ what: rule, prompts: 2 });
    expect(trim?.tokens).toBeCloseTo(1.5 * Math.ceil(rule.length / 3), 9);
  });

  test("a document sent twice is one finding, and not one for each of its sentences", () => {
    expect(kinds({ prompt: [user(article.trim()), user(article.trim())] })).toContain("document");
    const [trim] = trimsOf([
      { prompt: [user(`Read: x\n${article}`), user(`Read: x\n${article}`)] },
    ]);
    expect(trim).toMatchObject({ kind: "document", prompts: 1 });
  });

  test("a file sent twice is told by its kind", () => {
    const file = {
      type: "file",
      mediaType: "application/pdf",
      data: { type: "data", data: "JVBERi0=" },
    } as const;
    const prompt: Prompt["prompt"] = [{ role: "user", content: [file, file] }];
    expect(trimsOf([{ prompt }])).toMatchObject([
      { kind: "document", what: "a file, application/pdf" },
    ]);
  });

  test("spaces of the system's and the user's texts, not of what the model has said", () => {
    expect(kinds({ prompt: [user("a  b")] })).toEqual(["whitespace (safe)"]);
    const answer = { role: "assistant", content: [{ type: "text", text: "a  b" }] } as const;
    expect(kinds({ prompt: [{ ...answer, content: [...answer.content] }] })).toEqual([]);
  });

  test("descriptions that outweigh their schema", () => {
    const prompt = [user("Sort it")];
    const schemaOf = (description: string) =>
      ({
        prompt,
        responseFormat: {
          type: "json",
          schema: { type: "object", properties: { kind: { type: "string", description } } },
        },
      }) satisfies Prompt;
    expect(kinds(schemaOf("One of six kinds, or none. ".repeat(40)))).toEqual(["descriptions"]);
    expect(kinds(schemaOf("One of six kinds"))).toEqual([]);
  });

  test("nothing in a prompt that is as short as it can be, or that was left out", () => {
    expect(kinds({ prompt: [user("Sort it")] }, { prompt: [] })).toEqual([]);
  });
});

test("tools are told by name, with what each costs and how often it was offered", () => {
  const inputSchema = { type: "object" } as const;
  const tool = (name: string) => ({ type: "function", name, inputSchema }) as const;
  const found = toolsIn([
    { prompt: [], tools: [tool("a"), tool("b")] },
    { prompt: [], tools: [tool("a")] },
  ]);
  expect(found.map(({ what, prompts }) => [what, prompts])).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});
