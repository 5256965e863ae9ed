import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, runTool } from "./tool.ts";

const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });

const { code, output } = await runTool("tsc", ["-p", "tsconfig.build.json"]);
if (code !== 0) {
  console.error(output.trimEnd());
  process.exit(code);
}

const manifest: { bin: Record<string, string> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
for (const file of Object.values(manifest.bin)) makeExecutable(join(root, file));

const built = readdirSync(dist, { recursive: true, encoding: "utf8" });
console.log(`${built.filter((name) => name.endsWith(".js")).length} files built`);

/** tsc writes plain files; a linked package needs its commands executable after every build. */
function makeExecutable(file: string): void {
  if (!readFileSync(file, "utf8").startsWith("#!/usr/bin/env node\n")) {
    throw new Error(
      `${file} is a command in package.json: begin its source with "#!/usr/bin/env node".`,
    );
  }
  chmodSync(file, 0o755);
}
