/** The oldest Node that Seam runs on: it has `node:sqlite` and runs TypeScript. */
export const oldestNode = "22.18.0";

/** What is wrong with a version of Node, and what to do; `undefined` when it will do. */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `this is Node ${version}; Seam needs ${oldestNode} or newer. Install it from https://nodejs.org, or with your version manager.`;
}
