import { configError, type OutputIssue } from "../../../errors.ts";
import { didYouMean } from "../../../util/nearest.ts";
import { isRecord } from "../../extract/shape.ts";
import type { Grant } from "../grant.ts";
import type { AgentTools } from "../tool.ts";
import { hostFault } from "./check-host.ts";
import { type Fault, toolFaults } from "./check-tool.ts";

/** Checks an agent's tools and a grant; throws one ConfigError that names every fault with its path. */
export function checkGrant(
  tools: AgentTools,
  grant: Grant,
  { task }: { readonly task: string },
): void {
  const issues = [
    ...toolsFaults(tools),
    ...(isRecord(grant) ? grantFaults(grant, isRecord(tools) ? tools : {}) : [notGrant]),
  ].map(([path, message]): OutputIssue => ({ path, message }));
  if (issues.length === 0) return;
  throw configError(`The agent of task ${task} is wrong`, issues).with({ task });
}

const notGrant: Fault = ["grant", "expected { tools: { <name>: true or its rules }, hosts }"];

function toolsFaults(tools: unknown): Fault[] {
  if (!isRecord(tools)) return [["tools", "expected an object of tools by name"]];
  return Object.entries(tools).flatMap(([name, tool]) => toolFaults(name, tool));
}

function grantFaults(
  grant: Readonly<Record<string, unknown>>,
  tools: Readonly<Record<string, unknown>>,
): Fault[] {
  const { tools: granted, hosts = [] } = grant;
  return [
    ...unknownNames("grant", grant, ["tools", "hosts"]),
    ...(isRecord(granted)
      ? Object.entries(granted).flatMap(([name, rules]) => grantedFaults(name, rules, tools))
      : [notGrant]),
    ...(Array.isArray(hosts)
      ? hosts.flatMap((host, at) => hostFault(`grant.hosts.${at}`, host))
      : [["grant.hosts", 'expected a list such as ["shop.example"]'] as const]),
  ];
}

function grantedFaults(
  name: string,
  rules: unknown,
  tools: Readonly<Record<string, unknown>>,
): Fault[] {
  const path = `grant.tools.${name}`;
  if (rules === undefined) return [];
  if (!Object.hasOwn(tools, name)) {
    return [[path, `there is no tool of this name${didYouMean(name, Object.keys(tools))}`]];
  }
  if (rules === true) return [];
  if (!isRecord(rules)) {
    return [[path, "expected true or its rules; a tool that is left out is not granted"]];
  }
  const tool = tools[name];
  const isRead = isRecord(tool) && tool["effect"] === "read";
  return [...unknownNames(path, rules, Object.keys(ruleFaults)), ...faultsOf(path, rules, isRead)];
}

function faultsOf(
  path: string,
  rules: Readonly<Record<string, unknown>>,
  isRead: boolean,
): Fault[] {
  return Object.entries(ruleFaults).flatMap(([name, faultOf]) => {
    const value = rules[name];
    const message = value === undefined ? undefined : faultOf(value, isRead);
    return message === undefined ? [] : [[`${path}.${name}`, message] as const];
  });
}

/** What is wrong with each rule that a grant may have. */
const ruleFaults: Readonly<
  Record<string, (value: unknown, isRead: boolean) => string | undefined>
> = {
  calls: (value) =>
    Number.isSafeInteger(value) && Number(value) >= 0
      ? undefined
      : "expected a whole number of calls, 0 or more",
  allow: (value) =>
    typeof value === "function"
      ? undefined
      : "expected a function of the input, which gives true, false or a reason",
  approval: (value) =>
    typeof value === "function" || typeof value === "boolean"
      ? undefined
      : "expected true, false or a function of the input",
  afterUntrusted: (value, isRead) => {
    if (value !== "ask" && value !== "deny" && value !== "allow") {
      return 'expected "ask", "deny" or "allow"';
    }
    return isRead ? "has no meaning for a tool that only reads" : undefined;
  },
};

function unknownNames(path: string, value: object, known: readonly string[]): Fault[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => [`${path}.${name}`, `there is no such rule${didYouMean(name, known)}`]);
}
