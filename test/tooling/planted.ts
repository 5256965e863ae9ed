import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../../scripts/tool.ts";

const settings = ["biome.json", ".oxlintrc.json", "knip.json", "tsconfig.json", ".gitignore"];

/** A project with this repository's tool settings and nothing but the planted files. */
export interface PlantedProject {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Plant files (path from the project's root → text) in a temporary project. */
export async function plant(files: Readonly<Record<string, string>>): Promise<PlantedProject> {
  const folder = await mkdtemp(join(tmpdir(), "seam-planted-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  for (const name of [...settings, "package.json"]) await cp(join(root, name), join(folder, name));
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
