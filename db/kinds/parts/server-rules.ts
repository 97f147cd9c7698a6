/** What fits together in a server, and what does not. Pure. */
import type { Fault } from "../../protocol/errors.ts";
import type { Setting } from "./server-fields.ts";

/** Optional fields as zod writes them. */
export interface ServerShape {
  packageName?: string | undefined;
  runtime?: string | undefined;
  dockerImage?: string | undefined;
  url?: string | undefined;
  command?: readonly string[] | undefined;
  args?: readonly string[] | undefined;
  transport?: string | undefined;
  containerPort?: number | undefined;
  env: readonly Setting[];
  headers: readonly Setting[];
}

/** The groups of which one is given are the kind's `oneOf`; these are the rest. */
export function serverFaults(s: ServerShape): Fault[] {
  const faults: Fault[] = [];
  const refuse = (path: string, message: string) => faults.push({ path, message });
  if (s.packageName !== undefined && s.runtime === undefined)
    faults.push({
      path: "runtime",
      message: "is required with packageName",
      expected: "node (for npm) or python (for PyPI)",
    });
  if (s.runtime !== undefined && s.packageName === undefined) refuse("runtime", "is for packageName only");
  if (s.command !== undefined && s.dockerImage === undefined) refuse("command", "is for dockerImage only");
  if (s.url === undefined) {
    if (s.headers.length > 0) refuse("headers", "are sent to a url only: give env to what runs here");
  } else {
    if (s.args !== undefined) refuse("args", "nothing is run for a url, so nothing takes arguments");
    if (s.env.length > 0) refuse("env", "nothing is run for a url: give headers instead");
    if (s.transport === "stdio") refuse("transport", "a url is not reached by stdio: sse or streamable-http");
    if (s.containerPort !== undefined) refuse("containerPort", "the port of a url stands in the url");
  }
  const listens = s.transport !== undefined && s.transport !== "stdio";
  if (s.url === undefined && listens && s.containerPort === undefined)
    refuse("containerPort", `is required: where does it listen for ${s.transport}?`);
  if (!listens && s.containerPort !== undefined && s.url === undefined)
    refuse("containerPort", "a server that speaks stdio does not listen: set transport");
  return [...faults, ...settingFaults("env", s.env), ...settingFaults("headers", s.headers)];
}

function settingFaults(field: string, settings: readonly Setting[]): Fault[] {
  const seen = new Set<string>();
  return settings.flatMap(({ name, value, valueFrom }, i): Fault[] => {
    const faults: Fault[] = [];
    if ((value === undefined) === (valueFrom === undefined))
      faults.push({
        path: `${field}[${i}]`,
        message: value === undefined ? "needs a value or valueFrom" : "can't have both value and valueFrom",
      });
    const key = field === "headers" ? name.toLowerCase() : name;
    if (seen.has(key)) faults.push({ path: `${field}[${i}].name`, message: `${JSON.stringify(name)} is given twice` });
    seen.add(key);
    return faults;
  });
}
