/** Which fields of a server can be combined. Pure. */
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

/** The kind's `oneOf` checks which source is set; this checks everything else. */
export function serverFaults(s: ServerShape): Fault[] {
  const faults: Fault[] = [];
  const refuse = (path: string, message: string) => faults.push({ path, message });
  if (s.packageName !== undefined && s.runtime === undefined)
    faults.push({
      path: "runtime",
      message: "is required with packageName",
      expected: "node (for npm) or python (for PyPI)",
    });
  if (s.runtime !== undefined && s.packageName === undefined) refuse("runtime", "is only for packageName");
  if (s.command !== undefined && s.dockerImage === undefined) refuse("command", "is only for dockerImage");
  if (s.url === undefined) {
    if (s.headers.length > 0) refuse("headers", "are only for url: use env for packageName and dockerImage");
  } else {
    if (s.args !== undefined) refuse("args", "can't be used with url, because nothing is run");
    if (s.env.length > 0) refuse("env", "can't be used with url, because nothing is run: use headers");
    if (s.transport === "stdio") refuse("transport", "must be sse or streamable-http with url");
    if (s.containerPort !== undefined) refuse("containerPort", "can't be used with url: write the port in the url");
  }
  const listens = s.transport !== undefined && s.transport !== "stdio";
  if (s.url === undefined && listens && s.containerPort === undefined)
    refuse("containerPort", `is required with transport ${s.transport}: the port on which the server listens`);
  if (!listens && s.containerPort !== undefined && s.url === undefined)
    refuse("containerPort", "can't be used with stdio: set transport");
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
