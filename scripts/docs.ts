import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { regions } from "./docs-regions.ts";
import { replaceRegion, unregistered } from "./regions.ts";
import { root } from "./tool.ts";

const check = process.argv.includes("--check");
const pages = globSync(["*.md", "docs/**/*.md", "examples/*/*.md"], { cwd: root }).sort();
const problems = regions
  .filter(({ file }) => !pages.includes(file))
  .map(({ file, name }) => `${file}: does not exist, but is to hold the region "${name}".`);

for (const file of pages) {
  const path = join(root, file);
  const page = readFileSync(path, "utf8");
  for (const name of unregistered(file, page, regions)) {
    problems.push(`${file}: nothing generates "${name}". Register it in scripts/docs-regions.ts.`);
  }
  const fresh = refreshed(file, page);
  if (fresh === page) continue;
  if (check) problems.push(`${file}: differs from what the code says. Run "npm run docs".`);
  else writeFileSync(path, fresh);
}

for (const problem of problems) console.error(problem);
console.log(`${regions.length} generated regions on ${pages.length} pages`);
process.exitCode = problems.length > 0 ? 1 : 0;

function refreshed(file: string, page: string): string {
  let text = page;
  for (const region of regions.filter((candidate) => candidate.file === file)) {
    try {
      text = replaceRegion(text, region);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return text;
}
