import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../../scripts/tool.ts";

let machine: string;

beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), "seam-machine-"));
  for (const tool of ["bash", "dirname"]) await symlink(`/usr/bin/${tool}`, join(machine, tool));
});

afterEach(() => rm(machine, { recursive: true, force: true }));

/** Put a command on the machine that writes down how it was called, then does `script`. */
async function provide(command: string, script = ""): Promise<void> {
  const file = join(machine, command);
  await writeFile(file, `#!/usr/bin/bash\necho "${command} $*" >> "${machine}/log"\n${script}\n`);
  await chmod(file, 0o755);
}

async function ci(): Promise<string[]> {
  const env = { PATH: machine };
  await promisify(execFile)(join(root, ".ci/run"), { env, timeout: 10_000 });
  return (await readFile(join(machine, "log"), "utf8")).trimEnd().split("\n");
}

test.runIf(process.platform === "linux")("a bare machine gets what it lacks first", async () => {
  const arrives = `printf '#!/usr/bin/bash\\necho "npm $*" >> "${machine}/log"\\n' > "${machine}/npm"`;
  await provide("id", "echo 0");
  await provide("apt-get", `${arrives}; /usr/bin/chmod +x "${machine}/npm"`);
  expect((await ci()).filter((line) => !line.startsWith("id "))).toEqual([
    "apt-get update -qq",
    "apt-get install -y -qq --no-install-recommends nodejs npm git",
    "apt-get install -y -qq --no-install-recommends chromium",
    "npm ci",
    "npm test",
  ]);
});

test.runIf(process.platform === "linux")("a furnished machine only runs the tests", async () => {
  for (const command of ["node", "npm", "git", "chromium", "apt-get"]) await provide(command);
  expect(await ci()).toEqual(["npm ci", "npm test"]);
});

test.runIf(process.platform === "linux")(
  "a machine that gets no browser runs the tests all the same, and nothing is left out unseen",
  async () => {
    for (const command of ["node", "git", "id"]) await provide(command, "echo 0");
    await provide("npm", `echo "CI is $CI" >> "${machine}/log"`);
    expect(await ci()).toEqual(["npm ci", "CI is true", "npm test", "CI is true"]);
    await rm(join(machine, "log"));
    await provide("apt-get", '[ "$1" = update ]');
    expect((await ci()).filter((line) => !line.startsWith("id "))).toEqual([
      "apt-get update -qq",
      "apt-get install -y -qq --no-install-recommends chromium",
      "npm ci",
      "CI is true",
      "npm test",
      "CI is true",
    ]);
  },
);

test.runIf(process.platform === "linux")("without apt-get it says what to install", async () => {
  await provide("node");
  await expect(ci()).rejects.toThrow("Install npm git, then run .ci/run again");
});

test("CI runs the README's test command and nothing else", async () => {
  const script = await readFile(join(root, ".ci/run"), "utf8");
  const readme = await readFile(join(root, "README.md"), "utf8");
  expect(script.trimEnd().split("\n").at(-1)).toBe("npm ci && npm test");
  expect(readme).toContain("npm ci && npm test");
});
