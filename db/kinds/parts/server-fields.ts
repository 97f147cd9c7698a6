/**
 * How to run or reach an MCP server. Servers have these fields, and so does the `server` of a template. Texts of a template may
 * contain `{{parameters}}`, so they are not references.
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

/** How fields are written in a server or in a template. */
export interface Manner {
  /** A text with this schema. */
  text<S extends z.ZodType<string>>(schema: S): z.ZodType<string>;
  /** The name of a resource. */
  name(kind: string): z.ZodType<string>;
  /** A value, or a reference to its source. */
  value(name: z.ZodType<string>): z.ZodType<Setting>;
}

export interface Setting {
  name: string;
  value?: string | undefined;
  valueFrom?: { secretRef: z.infer<typeof secretKeyRef> } | undefined;
}

/** For a server. */
export const literal: Manner = {
  text: (schema) => schema,
  name: (kind) => ref(kind),
  value: (name) =>
    z.strictObject({
      name,
      value: text.optional().describe("The value. Everybody who may view the server can see it."),
      valueFrom: z
        .strictObject({ secretRef: secretKeyRef })
        .optional()
        .describe("A key of a secret that contains the value."),
    }),
};

/** For a template: every text may contain parameters. */
export const parametrised: Manner = {
  text: () => text,
  name: () => text,
  value: (name) =>
    z.strictObject({ name, value: text.describe("The value. It may be a single {{parameter}} that is a secret.") }),
};

export function serverFields(as: Manner) {
  return {
    packageName: as
      .text(z.string().min(1).max(214))
      .optional()
      .describe("Package from npm (`runtime: node`) or PyPI (`runtime: python`), with or without @version."),
    runtime: z.enum(["node", "python"]).optional().describe("Runtime of the package: `npx` or `uvx` starts it."),
    dockerImage: as
      .text(z.string().min(1).max(512))
      .optional()
      .describe("Container image. Its entry point starts the server, unless `command` is set."),
    url: as.text(httpUrl).optional().describe("URL of an existing server. Then nothing is run."),
    command: z.array(as.text(text)).max(100).optional().describe("Command to run instead of the image's entry point."),
    args: z.array(as.text(text)).max(1000).optional().describe("Arguments of the package or image."),
    transport: z
      .enum(["stdio", "sse", "streamable-http"])
      .optional()
      .describe("MCP transport. Default: stdio, or streamable-http with `url`."),
    containerPort: z.int().min(1).max(65_535).optional().describe("Port on which the server listens. Not for stdio."),
    env: z.array(as.value(variable)).max(500).default([]).describe("Environment variables."),
    headers: z.array(as.value(headerName)).max(100).default([]).describe("HTTP headers of every request to `url`."),
    replicas: z.int().min(0).max(100).default(1).describe("Number of instances."),
    resources: z
      .strictObject({ requests: amounts.optional(), limits: amounts.optional() })
      .optional()
      .describe("CPU and memory of an instance, in the notation of Kubernetes."),
    healthCheck: z
      .strictObject({
        tool: z.string().min(1).max(128).describe("Tool to call as the health check."),
        arguments: z.record(z.string(), z.json()).default({}).describe("Arguments of the call."),
        interval: z.int().min(1).max(86_400).default(30).describe("Seconds between two calls."),
        timeout: z.int().min(1).max(3600).default(10).describe("Maximum duration of a call in seconds."),
        failureThreshold: z
          .int()
          .min(1)
          .max(100)
          .default(3)
          .describe("Consecutive failures after which the server is unhealthy."),
      })
      .optional()
      .describe("How to check the health of the server. Default: a regular `tools/list`."),
    networkPolicy: z
      .strictObject({
        egress: z
          .array(
            z.strictObject({
              to: as.text(z.string().min(1).max(253)).describe("Host name, or addresses in CIDR notation."),
              ports: z.array(z.int().min(1).max(65_535)).max(50).default([443]),
            }),
          )
          .max(100)
          .default([]),
      })
      .optional()
      .describe("Destinations that the server may reach from a cluster. All others are blocked."),
    cluster: as
      .name("cluster")
      .optional()
      .describe("The cluster that it runs in. Default: the only cluster, if there is exactly one."),
  };
}

/** A server has exactly one of these. */
export const serverSources = ["packageName", "dockerImage", "url"] as const;
