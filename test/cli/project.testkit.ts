import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../scripts/tool.ts";

/** An app's folder, where `llm-seam` is this repository's source. */
export interface Project {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export async function makeProject(manifest: object = { type: "module" }): Promise<Project> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), "seam-project-"));
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  const doors = { index: "src/index.ts", evals: "src/evals/index.ts" };
  await write("package.json", JSON.stringify(manifest));
  await write(
    "node_modules/llm-seam/package.json",
    JSON.stringify({
      name: "llm-seam",
      type: "module",
      exports: { ".": "./index.js", "./evals": "./evals.js" },
    }),
  );
  for (const [name, source] of Object.entries(doors)) {
    const door = join(root, source);
    await write(
      `node_modules/llm-seam/${name}.js`,
      `export * from ${JSON.stringify(pathToFileURL(door).href)};`,
    );
    await write(`node_modules/llm-seam/${name}.d.ts`, `export * from ${JSON.stringify(door)};`);
  }
  await symlink(join(root, "node_modules/@types"), join(folder, "node_modules/@types"), "junction");
  return { folder, write, remove: () => rm(folder, { recursive: true, force: true }) };
}
