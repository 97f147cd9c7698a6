/**
 * How to run or reach an MCP server. A server has these fields, and so has the `server` of a template, whose texts may hold
 * `{{parameters}}` and refer to nothing yet.
 */
import { z } from "zod";
import { httpUrl, ref, secretKeyRef } from "../../schema/field.ts";

const text = z.string().max(4096);
const variable = z
  .string()
  .max(253)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be letters, digits and '_', not starting with a digit");
const headerName = z
  .string()
  .max(253)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "must be the name of an HTTP header");
const quantity = z
  .string()
  .max(32)
  .regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, "must be a quantity such as 250m, 1, 512Mi or 2Gi");
const amounts = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() });

/** How a field is written in the place where these fields stand. */
export interface Manner {
  /** A text of this form. */
  text<S extends z.ZodType<string>>(schema: S): z.ZodType<string>;
  /** The name of a resource. */
  name(kind: string): z.ZodType<string>;
  /** A text with one value, or where the value comes from. */
  value(name: z.ZodType<string>): z.ZodType<Setting>;
}

export interface Setting {
  name: string;
  value?: string | undefined;
  valueFrom?: { secretRef: z.infer<typeof secretKeyRef> } | undefined;
}

/** As a server's own. */
export const literal: Manner = {
  text: (schema) => schema,
  name: (kind) => ref(kind),
  value: (name) =>
    z.strictObject({
      name,
      value: text.optional().describe("The value itself. Anybody who may view the server sees it."),
      valueFrom: z.strictObject({ secretRef: secretKeyRef }).optional().describe("A key of a secret instead."),
    }),
};

/** As a template's: a parameter may stand in every text. */
export const parametrised: Manner = {
  text: () => text,
  name: () => text,
  value: (name) =>
    z.strictObject({ name, value: text.describe("May be one {{parameter}}, which is then asked for as a secret.") }),
};

export function serverFields(as: Manner) {
  return {
    packageName: as
      .text(z.string().min(1).max(214))
      .optional()
      .describe("A package of npm (`runtime: node`) or PyPI (`runtime: python`), with or without @version."),
    runtime: z.enum(["node", "python"]).optional().describe("What runs the package: `npx` or `uvx`."),
    dockerImage: as
      .text(z.string().min(1).max(512))
      .optional()
      .describe("A container image. Without `command` its entry point is the server."),
    url: as.text(httpUrl).optional().describe("Where an existing server answers: nothing is run."),
    command: z.array(as.text(text)).max(100).optional().describe("Instead of the image's entry point."),
    args: z.array(as.text(text)).max(1000).optional().describe("Arguments."),
    transport: z
      .enum(["stdio", "sse", "streamable-http"])
      .optional()
      .describe("How it is spoken to. Default: stdio, and streamable-http for a url."),
    containerPort: z.int().min(1).max(65_535).optional().describe("Where it listens, unless it speaks stdio."),
    env: z.array(as.value(variable)).max(500).default([]).describe("Environment variables."),
    headers: z.array(as.value(headerName)).max(100).default([]).describe("Sent with every request to a url."),
    replicas: z.int().min(0).max(100).default(1).describe("How many instances run."),
    resources: z
      .strictObject({ requests: amounts.optional(), limits: amounts.optional() })
      .optional()
      .describe("CPU and memory of an instance, as Kubernetes writes them."),
    healthCheck: z
      .strictObject({
        tool: z.string().min(1).max(128).describe("Called to see whether the server works."),
        arguments: z.record(z.string(), z.json()).default({}).describe("Of the call."),
        interval: z.int().min(1).max(86_400).default(30).describe("Seconds between calls."),
        timeout: z.int().min(1).max(3600).default(10).describe("Seconds that a call may take."),
        failureThreshold: z
          .int()
          .min(1)
          .max(100)
          .default(3)
          .describe("Failures in a row until it counts as unhealthy."),
      })
      .optional()
      .describe("Default: `tools/list` now and then."),
    networkPolicy: z
      .strictObject({
        egress: z
          .array(
            z.strictObject({
              to: as.text(z.string().min(1).max(253)).describe("A host name, or addresses in CIDR form."),
              ports: z.array(z.int().min(1).max(65_535)).max(50).default([443]),
            }),
          )
          .max(100)
          .default([]),
      })
      .optional()
      .describe("What it may reach from inside a cluster; everything else is closed to it."),
    cluster: as.name("cluster").optional().describe("Where it runs. Default: the only cluster there is."),
  };
}

/** A server comes from exactly one of these. */
export const serverSources = ["packageName", "dockerImage", "url"] as const;
