import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { root, runTool } from "../../scripts/tool.ts";

/** A block of code that a page shows, marked with `ts check`. */
interface Example {
  /** The page and the line of the block, as a file name. */
  readonly name: string;
  readonly code: string;
}

/** What the examples take as given. One that declares a name itself wins. */
const given = `
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Seam, SeamConfig } from "llm-seam";
import type { z } from "zod";

type Handler = (request: IncomingMessage & { body: { prompt: string } }, response: ServerResponse) => unknown;

declare global {
  const seam: Seam<"summarize" | "sort-ticket" | "write-reply">;
  const config: SeamConfig<"summarize" | "sort-ticket" | "write-reply">;
  const ticket: string;
  const ticketSchema: z.ZodObject<{ category: z.ZodString; urgent: z.ZodBoolean }>;
  const app: { post(path: string, handler: Handler): void };
}
`;

const pages = globSync(["README.md", "docs/**/*.md", "examples/*/README.md"], { cwd: root }).sort();

function examplesOf(page: string): Example[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```ts check\n([\s\S]*?)^```$/gm)].map((block) => {
    const line = text.slice(0, block.index).split("\n").length;
    return { name: `${page.replaceAll("/", "~")}~line-${line}.ts`, code: block[1] ?? "" };
  });
}

/** Type-checks the blocks, each as a module of its own, in a folder where `llm-seam` means the sources. */
async function typeCheck(examples: readonly Example[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "seam-docs-"));
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    mkdirSync(join(folder, "pages"));
    writeFileSync(join(folder, "pages/given.d.ts"), given);
    for (const { name, code } of examples) {
      writeFileSync(join(folder, "pages", name), `${code}\nexport {};\n`);
    }
    const settings = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: { rootDir: "/", typeRoots: [join(root, "node_modules/@types")] },
      include: ["pages"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    return (await runTool("tsc", ["-p", folder], { cwd: folder })).output;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("every checked example of the docs compiles", { timeout: 120_000 }, async () => {
  const examples = pages.flatMap(examplesOf);
  expect(examples.length).toBeGreaterThan(0);
  expect(await typeCheck(examples)).toBe("");
});

test("an example that uses a name the library does not have is found", {
  timeout: 120_000,
}, async () => {
  const code = `import { createSeam } from "llm-seam";\ncreateSeam({ tasks: {} }).finish("x");`;
  const output = await typeCheck([{ name: "planted~line-1.ts", code }]);
  expect(output).toContain("planted~line-1.ts");
  expect(output).toContain("finish");
});

/** What a heading is called in links, as GitHub makes it. */
function anchorsOf(page: string): Set<string> {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function isBroken(page: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? join(root, page) : join(root, dirname(page), file);
  if (!existsSync(path)) return true;
  return anchor !== undefined && !anchorsOf(readFileSync(path, "utf8")).has(anchor);
}

test("every link of the docs leads to a file of the repository, and to a heading in it", () => {
  const broken = pages.flatMap((page) => {
    const links = [
      ...readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g),
    ];
    return links
      .filter(([, link = ""]) => isBroken(page, link))
      .map(([, link]) => `${page}: ${link}`);
  });
  expect(broken).toEqual([]);
});
