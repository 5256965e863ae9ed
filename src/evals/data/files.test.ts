import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { ConfigError } from "../../errors.ts";
import type { CaseRow } from "../suite/case.ts";
import type { DataSource } from "../suite/define-eval.ts";
import { csv } from "./csv.ts";
import { jsonl } from "./jsonl.ts";

const folder = mkdtempSync(join(tmpdir(), "seam-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

async function rowsOf<I, E>(
  source: DataSource<I, E>,
  signal: AbortSignal = new AbortController().signal,
): Promise<CaseRow<I, E>[]> {
  const rows: CaseRow<I, E>[] = [];
  for await (const row of source.read({ folder, signal })) rows.push(row);
  return rows;
}

test("a file that is not UTF-8 is refused: its letters would be lost", async () => {
  const latin = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, "latin1");
    return name;
  };
  const lines = latin("latin.jsonl", '{"input":"tea"}\n{"input":"caf\u00e9"}\n');
  await expect(rowsOf(jsonl(lines))).rejects.toThrow(/latin\.jsonl:2: The file is not UTF-8/);
  const cells = latin("latin.csv", "input\ntea\ncaf\u00e9\n");
  await expect(rowsOf(csv(cells))).rejects.toThrow(
    /latin\.csv, after line \d: The file is not UTF-8/,
  );
});

describe("jsonl", () => {
  test("reads what a file holds: byte order mark, empty lines, Windows ends, separators within texts", async () => {
    const text = '\ufeff{"input":"a\u2028b"}\r\n\r\n{"input":"ü🙂","expected":1}';
    expect(await rowsOf(jsonl(file("a.jsonl", text)))).toEqual([
      { input: "a\u2028b", metadata: {} },
      { input: "ü🙂", expected: 1, metadata: {} },
    ]);
  });

  test("every JSON value comes back as it was written", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue().filter((input) => input !== null)),
        async (inputs) => {
          const name = file("p.jsonl", inputs.map((input) => JSON.stringify({ input })).join("\n"));
          const rows = await rowsOf(jsonl(name));
          expect(rows.map(({ input }) => input)).toEqual(JSON.parse(JSON.stringify(inputs)));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("a schema says what the types are, and names the row that does not fit", async () => {
    const schema = { input: z.object({ text: z.string() }), expected: z.boolean() };
    const source = jsonl(file("s.jsonl", '{"input":{"text":"x"}}\n\n{"input":{"text":7}}'), {
      schema,
    });
    expectTypeOf(source).toEqualTypeOf<DataSource<{ text: string }, boolean>>();
    await expect(rowsOf(source)).rejects.toThrow(
      /s\.jsonl:3: Its `input` does not fit the schema: text: /,
    );
  });

  test("a record that is no row is made one, or left out", async () => {
    const name = file("r.jsonl", '{"q":"1","a":"2"}\n{"q":"","a":""}');
    const source = jsonl<string, string>(name, {
      row: ({ q, a }) => (q === "" ? null : { input: q, expected: a }),
    });
    expect(await rowsOf(source)).toEqual([{ input: "1", expected: "2", metadata: {} }]);
  });

  test("rejected rows are left out, open ones where only reviewed ones are wanted", async () => {
    const name = file(
      "o.jsonl",
      ["open", "done", "rejected"]
        .map((review) => JSON.stringify({ input: review, review }))
        .join("\n"),
    );
    expect((await rowsOf(jsonl(name))).map(({ input }) => input)).toEqual(["open", "done"]);
    expect(await rowsOf(jsonl(name, { reviewed: true }))).toHaveLength(1);
    const row = ({ input }: Readonly<Record<string, unknown>>) => ({ input });
    expect(await rowsOf(jsonl(name, { row }))).toHaveLength(2);
    expect(await rowsOf(jsonl(name, { row, reviewed: true }))).toHaveLength(1);
  });

  test.each([
    ['{"input":1}\n{"input":', /bad\.jsonl:2: .*is no JSON/],
    ['{"input":1}\nnull', /bad\.jsonl:2: It is no JSON object/],
    ['{"question":1}', /bad\.jsonl:1: It has no `input`, only "question"\. Name the column/],
  ])("%j: file and line are named", async (text, message) => {
    await expect(rowsOf(jsonl(file("bad.jsonl", text)))).rejects.toThrow(message);
    await expect(rowsOf(jsonl("bad.jsonl", { row: () => ({}) }))).rejects.toThrow(ConfigError);
  });

  test("a file that is not there is named, and an abort ends the reading", async () => {
    await expect(rowsOf(jsonl("none.jsonl"))).rejects.toThrow(
      /There is no data file .*none\.jsonl/,
    );
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(rowsOf(jsonl(file("a.jsonl", '{"input":1}')), aborted)).rejects.toThrow();
  });
});

describe("csv", () => {
  test("reads columns, members and cells over several lines", async () => {
    const text =
      '\ufeffid,input.text,input.lang,expected,metadata,critical,region\n1,"a ""b"",\nc",,yes,"{""x"":1}",TRUE,north\n\n2,d,de,,,,\n';
    expect(await rowsOf(csv(file("a.csv", text)))).toEqual([
      {
        id: "1",
        input: { text: 'a "b",\nc', lang: "" },
        expected: "yes",
        metadata: { x: 1, region: "north" },
        critical: true,
      },
      { id: "2", input: { text: "d", lang: "de" }, metadata: {} },
    ]);
  });

  test("every text comes back as it was written", async () => {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const cells = fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ minLength: 1 }));
    await fc.assert(
      fc.asyncProperty(fc.array(cells), async (rows) => {
        const lines = rows.map((row) => row.map(quoted).join(";"));
        const name = file("p.csv", ["input;expected", ...lines].join("\r\n"));
        const read = await rowsOf(csv(name, { delimiter: ";" }));
        expect(read.map(({ input, expected }) => [input, expected])).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  test("a schema turns cells into what they mean", async () => {
    const source = csv(file("n.csv", "input,expected\n2+2,4"), {
      schema: { input: z.string(), expected: z.coerce.number() },
    });
    expect(await rowsOf(source)).toEqual([{ input: "2+2", expected: 4, metadata: {} }]);
  });

  test.each([
    ["input,expected\na,b\nc", /bad\.csv:3: .*columns length is 2, got 1/],
    ["input,input\na,b", /bad\.csv:1: Two columns are named "input"/],
    ["input,\na,b", /bad\.csv:1: A column has no name/],
    ['input\n"a', /bad\.csv:\d: .*[Qq]uote/],
    ["question\na", /bad\.csv:2: It has no `input`, only "question"/],
    ["input,input.text\na,b", /bad\.csv:2: There are both `input` and columns of its members/],
    ["input,metadata\na,de", /bad\.csv:2: Its `metadata` is no object/],
  ])("%j: file and line are named", async (text, message) => {
    await expect(rowsOf(csv(file("bad.csv", text)))).rejects.toThrow(message);
  });

  test("a file that is not there is named", async () => {
    await expect(rowsOf(csv("none.csv"))).rejects.toThrow(/There is no data file .*none\.csv/);
  });
});
