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
  url: httpUrl.optional().describe("Where OpenBao or HashiCorp Vault answers."),
  mount: mount.optional().describe("Where its KV v2 engine is mounted. Default: secret."),
  pathPrefix: mount.optional().describe("Put before every path. Default: mcpctl."),
  namespace: z.string().max(253).optional().describe("Namespace of OpenBao or Vault Enterprise."),
  cluster: z.string().max(63).optional().describe("From which cluster it is reached."),
  auth: z.enum(["token", "kubernetes"]).optional().describe("How the control plane logs in."),
  tokenSecretRef: secretKeyRef.optional().describe("For `token`: the key of a secret on another backend."),
  role: z.string().max(253).optional().describe("For `kubernetes`: the role to log in as."),
  authMount: mount.optional().describe("For `kubernetes`: where the auth method is mounted. Default: kubernetes."),
});
type Config = z.infer<typeof config>;

/** Fields of each way to log in: what it needs, and what is the other's. */
const ways = {
  token: { needs: ["tokenSecretRef"], refuses: ["role", "authMount"] },
  kubernetes: { needs: ["role"], refuses: ["tokenSecretRef"] },
} as const satisfies Record<string, { needs: readonly (keyof Config)[]; refuses: readonly (keyof Config)[] }>;

function openbaoFaults(c: Config): Fault[] {
  const missing = (field: keyof Config, message: string): Fault[] =>
    c[field] === undefined ? [{ path: `config.${field}`, message }] : [];
  const faults = [
    ...missing("url", "is required: where does OpenBao answer?"),
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
  about: "Where the values of secrets are kept.",
  spec: z.strictObject({
    type: z
      .enum(["plaintext", "openbao"])
      .describe("`plaintext` is the store itself, sealed with the edge's key; `openbao` is KV v2 of OpenBao or Vault."),
    config: config.default({}).describe("Settings of the type; `plaintext` has none."),
    isDefault: z.boolean().default(false).describe("Used by secrets that name no backend. Exactly one is."),
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
      .describe("Of the token that the control plane rotates."),
  }),
  exactlyOne: "isDefault",
  rules: ({ type, config: c, isDefault }) => {
    if (type === "openbao")
      return isDefault
        ? [...openbaoFaults(c), { path: "isDefault", message: "an openbao backend can't keep secrets in this version" }]
        : openbaoFaults(c);
    return Object.keys(c).map((field) => ({ path: `config.${field}`, message: "plaintext has no settings" }));
  },
  columns: { TYPE: "type", DEFAULT: "isDefault" },
  wide: { URL: "config.url", AUTH: "config.auth" },
});
