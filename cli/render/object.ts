/** An answer that is no resource, in the form that `-o` names. */
import { usage } from "../failure.ts";
import { toYaml } from "./manifest.ts";
import { parseFormat } from "./output.ts";

/**
 * For a verb that changes something: it asks before, so that nothing is done whose answer can't be shown.
 * @returns undefined where no form is named: the verb has words of its own. @throws Failure usage for forms of resources.
 */
export function formOf(output: string | undefined): ((value: unknown) => Promise<string>) | undefined {
  if (output === undefined) return undefined;
  const format = parseFormat(output);
  switch (format.is) {
    case "yaml":
      return (value) => toYaml([value]);
    case "json":
      return async (value) => `${JSON.stringify(value, null, 2)}\n`;
    case "jsonpath":
      return async (value) => `${format.print(value).replace(/\n$/, "")}\n`;
    default:
      throw usage(`This command has no output format "${output}".`, "There are: yaml, json, jsonpath=TEMPLATE.");
  }
}

/** @returns undefined where no form is named. @throws Failure usage for forms of resources. */
export async function formatValue(value: unknown, output: string | undefined): Promise<string | undefined> {
  return formOf(output)?.(value);
}
