/** The file that `--oidc` names, as the Worker's variable and secret: what is secret must not stand in its configuration. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "./options.ts";

const file = z.looseObject({ clientSecret: z.string().optional() });

/** What else is in it, the edge itself reads and judges. @throws UsageError where it is no JSON object */
export function readProvider(path: string) {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "is not JSON" : "can't be read";
    throw new UsageError(`--oidc ${path} ${why}.`);
  }
  const read = file.safeParse(json);
  if (!read.success)
    throw new UsageError(`--oidc ${path} must be a JSON object, and its clientSecret must be a string.`);
  const { clientSecret, ...rest } = read.data;
  return {
    // Without quotes of the other kind, which wrangler's file of variables can't hold.
    vars: { OIDC: JSON.stringify(rest).replaceAll("'", "\\u0027") },
    secrets: clientSecret === undefined ? {} : { OIDC_CLIENT_SECRET: clientSecret },
  };
}
