import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { root, runTool } from "./tool.ts";

/** The package's own folder, or another one: `node scripts/build.ts FOLDER`. */
const dist = resolve(process.argv[2] ?? join(root, "dist"));
rmSync(dist, { recursive: true, force: true });

const { code, output } = await runTool("tsc", ["-p", "tsconfig.build.json", "--outDir", dist]);
if (code !== 0) {
  console.error(output.trimEnd());
  process.exit(code);
}

copyPageFiles();

const manifest: { bin: Record<string, string> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
for (const file of Object.values(manifest.bin)) makeExecutable(join(dirname(dist), file));

const built = readdirSync(dist, { recursive: true, encoding: "utf8" });
console.log(`${built.filter((name) => name.endsWith(".js")).length} files built`);

/** What browsers run and show is no TypeScript, and is read from beside the code that needs it. */
function copyPageFiles(): void {
  const source = join(root, "src");
  for (const file of globSync("cli/output/**/page/*", { cwd: source })) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    copyFileSync(join(source, file), join(dist, file));
  }
}

/** tsc writes plain files; a linked package needs its commands executable after every build. */
function makeExecutable(file: string): void {
  if (!readFileSync(file, "utf8").startsWith("#!/usr/bin/env node\n")) {
    throw new Error(
      `${file} is a command in package.json: begin its source with "#!/usr/bin/env node".`,
    );
  }
  chmodSync(file, 0o755);
}
