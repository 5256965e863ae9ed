import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, extname, relative, resolve, sep } from "node:path";
import { parse } from "yaml";

const largest = 64 * 1024 * 1024;

/**
 * The files that a config may name: those in its own folder, or in the project's. Names count from the config's folder, also
 * where they stand in a file of tests.
 */
export interface Files {
  /** Reads one, or throws in words why not. */
  text(name: string): string;
  /** The same, as YAML or JSON. */
  value(name: string): unknown;
  /** Where a name leads. */
  path(name: string): string;
}

/** Symbolic links are followed before it is decided. */
export function filesOf(config: string, project: string): Files {
  const roots = [dirname(realpathSync(config)), realpathSync(project)];
  const path = (name: string): string => {
    const wanted = resolve(dirname(config), plainName(name));
    let real: string;
    try {
      real = realpathSync(wanted);
    } catch {
      throw new Error(`there is no file ${relative(project, wanted)}`);
    }
    if (!roots.some((root) => real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))) {
      throw new Error(`${name} lies outside of the project`);
    }
    if (!statSync(real).isFile()) throw new Error(`${name} is no file`);
    if (statSync(real).size > largest) throw new Error(`${name} is larger than 64 MiB`);
    return real;
  };
  const text = (name: string): string => {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path(name)));
    } catch (cause) {
      throw cause instanceof TypeError ? new Error(`${name} is not UTF-8`, { cause }) : cause;
    }
  };
  return { path, text, value: (name) => parsedYaml(text(name)) };
}

/** YAML holds JSON as well. Merge keys are part of what promptfoo reads. */
export function parsedYaml(text: string): unknown {
  return parse(text, { merge: true });
}

const scheme = "file://";

export function isFileReference(value: unknown): value is string {
  return typeof value === "string" && value.startsWith(scheme);
}

function plainName(name: string): string {
  return name.startsWith(scheme) ? name.slice(scheme.length) : name;
}

/** The ending that says what a file holds, without what may follow it: `check.py:function`. */
export function endingOf(name: string): string {
  return extname(plainName(name).replace(/(\.[a-z]+):\w+$/i, "$1")).toLowerCase();
}
