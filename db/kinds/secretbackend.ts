import { z } from "zod";
import type { Fault } from "../protocol/errors.ts";
import { description, httpUrl, secretKeyRef } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

const mount = z
  .string()
  .max(253)
  .regex(
    /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/,
    "must be a path such as secret or team/kv, without slashes at its ends",
  );

const config = z.strictObject({
  url: httpUrl.optional().describe("URL of OpenBao or HashiCorp Vault."),
  mount: mount.optional().describe("Mount path of its KV v2 engine. Default: secret."),
  pathPrefix: mount.optional().describe("Prefix of every path. Default: mcpctl."),
  namespace: z.string().max(253).optional().describe("Namespace of OpenBao or Vault Enterprise."),
  cluster: z.string().max(63).optional().describe("The cluster from which it is reachable."),
  auth: z.enum(["token", "kubernetes"]).optional().describe("How the control plane authenticates."),
  tokenSecretRef: secretKeyRef.optional().describe("For `token`: the key of a secret on another backend."),
  role: z.string().max(253).optional().describe("For `kubernetes`: the role to log in as."),
  authMount: mount.optional().describe("For `kubernetes`: mount path of the auth method. Default: kubernetes."),
});
type Config = z.infer<typeof config>;

/** For each auth method: the fields that it requires, and those that belong to the other method. */
const ways = {
  token: { needs: ["tokenSecretRef"], refuses: ["role", "authMount"] },
  kubernetes: { needs: ["role"], refuses: ["tokenSecretRef"] },
} as const satisfies Record<string, { needs: readonly (keyof Config)[]; refuses: readonly (keyof Config)[] }>;

function openbaoFaults(c: Config): Fault[] {
  const missing = (field: keyof Config, message: string): Fault[] =>
    c[field] === undefined ? [{ path: `config.${field}`, message }] : [];
  const faults = [
    ...missing("url", "is required: the URL of OpenBao"),
    ...missing("auth", "is required: token or kubernetes"),
  ];
  if (c.auth === undefined) return faults;
  const { needs, refuses } = ways[c.auth];
  const { auth } = c;
  return [
    ...faults,
    ...needs.flatMap((field) => missing(field, `is required with auth: ${auth}`)),
    ...refuses
      .filter((field) => c[field] !== undefined)
      .map((field) => ({ path: `config.${field}`, message: `is not for auth: ${auth}` })),
  ];
}

export const secretbackend = kind({
  name: "secretbackend",
  plural: "secretbackends",
  shortNames: ["sb"],
  about: "Where the values of secrets are stored.",
  spec: z.strictObject({
    type: z
      .enum(["plaintext", "openbao"])
      .describe(
        "`plaintext`: the edge's own store, encrypted with the edge's key. `openbao`: KV v2 of OpenBao or Vault.",
      ),
    config: config.default({}).describe("Settings for the type. `plaintext` has none."),
    isDefault: z
      .boolean()
      .default(false)
      .describe("Whether secrets without `backend` use it. Exactly one backend is the default."),
    description,
  }),
  status: z.strictObject({
    tokenMeta: z
      .strictObject({
        rotatable: z.boolean(),
        generatedAt: z.iso.datetime().optional(),
        nextRenewalAt: z.iso.datetime().optional(),
        validUntil: z.iso.datetime().optional(),
        lastRotationAt: z.iso.datetime().optional(),
        lastRotationError: z.string().optional(),
      })
      .optional()
      .describe("State of the token that the control plane rotates."),
  }),
  exactlyOne: "isDefault",
  rules: ({ type, config: c, isDefault }) => {
    if (type === "openbao")
      return isDefault
        ? [
            ...openbaoFaults(c),
            { path: "isDefault", message: "an openbao backend can't store secrets in this version" },
          ]
        : openbaoFaults(c);
    return Object.keys(c).map((field) => ({ path: `config.${field}`, message: "plaintext has no settings" }));
  },
  columns: { TYPE: "type", DEFAULT: "isDefault" },
  wide: { URL: "config.url", AUTH: "config.auth" },
});
