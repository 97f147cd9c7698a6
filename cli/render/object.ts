/** An answer that is no resource, in the form that `-o` names. */
import { usage } from "../failure.ts";
import { jsonpath } from "./jsonpath.ts";
import { toYaml } from "./manifest.ts";
import { parseFormat } from "./output.ts";

/** @returns undefined where no form is named: the verb has words of its own. @throws Failure usage for forms of resources. */
export async function written(value: unknown, output: string | undefined): Promise<string | undefined> {
  if (output === undefined) return undefined;
  const format = parseFormat(output);
  switch (format.is) {
    case "yaml":
      return toYaml([value]);
    case "json":
      return `${JSON.stringify(value, null, 2)}\n`;
    case "jsonpath":
      return `${jsonpath(format.template, value).replace(/\n$/, "")}\n`;
    default:
      throw usage(`There is no output format "${output}" here.`, "There are: yaml, json, jsonpath=TEMPLATE.");
  }
}
