import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { root, runTool } from "../scripts/tool.ts";

const slow = 180_000;
const subpaths = Object.keys(manifest.exports).map((path) => path.replace(/^\./, manifest.name));
const modules = subpaths.filter((path) => !path.endsWith(".json"));

let folder: string;
let consumer: string;
let installed: string;

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await runTool(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/** Build the package into a folder of its own, so that neither a missing nor an old dist counts. */
async function pack(): Promise<string> {
  const staging = join(folder, "staging");
  await mkdir(staging);
  for (const name of ["package.json", "README.md", "CHANGELOG.md", "LICENSE"]) {
    await cp(join(root, name), join(staging, name));
  }
  await run("node", ["scripts/build.ts", join(staging, "dist")], root);
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], staging);
  return join(folder, `${manifest.name}-${manifest.version}.tgz`);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-package-"));
  const tarball = await pack();
  consumer = join(folder, "consumer");
  installed = join(consumer, "node_modules", manifest.name);
  await mkdir(consumer);
  const description = { name: "consumer", private: true, type: "module" };
  await writeFile(join(consumer, "package.json"), JSON.stringify(description));
  await cp(join(root, "test/package/consumer.ts"), join(consumer, "consumer.ts"));
  await run(
    "npm",
    ["install", tarball, "--omit=peer", "--prefer-offline", "--no-audit", "--no-fund"],
    consumer,
  );
}, slow);

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the tarball holds what is used, and nothing of the machine that built it", async () => {
  const files = await readdir(installed, { recursive: true, withFileTypes: true });
  const names = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
  expect(names.filter((name) => /\.test\.|\.testkit\./.test(name))).toEqual([]);
  expect(names.filter((name) => !/\.(js|css|d\.ts|json|md)$|LICENSE$/.test(name))).toEqual([]);
  const page = "cli/output/eval/page";
  const built = await readdir(join(installed, "dist", page));
  expect(built.sort()).toEqual((await readdir(join(root, "src", page))).sort());
  for (const name of names) expect(await readFile(name, "utf8"), name).not.toContain(root);
});

test.each(modules)("%s is imported without any optional peer", async (subpath) => {
  const script = `console.log(Object.keys(await import(${JSON.stringify(subpath)})).length)`;
  const names = await run("node", ["--input-type=module", "--eval", script], consumer);
  expect(Number(names)).toBeGreaterThan(0);
});

test("a strict consumer type-checks, and a misspelt task does not", { timeout: slow }, async () => {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: "nodenext",
    target: "es2023",
    lib: ["es2024", "esnext.disposable"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    noEmit: true,
  };
  const config = { compilerOptions, files: ["consumer.ts"] };
  await writeFile(join(consumer, "tsconfig.json"), JSON.stringify(config));
  const output = await run("tsc", ["-p", ".", "--pretty", "false"], consumer);
  expect(output).toBe("");
});

test("the same consumer runs", { timeout: slow }, async () => {
  const output = await run(
    "node",
    ["--disable-warning=ExperimentalWarning", "consumer.ts"],
    consumer,
  );
  expect(output).toBe("Good morning!\ndoors open\n");
});

test("npx seam --version prints the version of package.json", { timeout: slow }, async () => {
  const output = await run("npx", ["--no-install", "seam", "--version"], consumer);
  expect(output.trim().split("\n").at(-1)).toBe(manifest.version);
});
