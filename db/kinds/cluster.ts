import { z } from "zod";
import { description, httpUrl } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, "must be base64url");

/** Public keys of the types with which Kubernetes signs (RFC 7517, 7518). `d` and other private fields are unknown, so a private key is refused. */
const key = z.discriminatedUnion("kty", [
  z.strictObject({
    kty: z.literal("RSA"),
    kid: z.string().min(1).max(256),
    n: base64url.min(342, "must have at least 2048 bits").max(1400).describe("Modulus."),
    e: base64url.max(16).describe("Exponent."),
    alg: z.enum(["RS256", "RS384", "RS512"]).optional(),
    use: z.literal("sig").optional(),
  }),
  z.strictObject({
    kty: z.literal("EC"),
    kid: z.string().min(1).max(256),
    crv: z.enum(["P-256", "P-384", "P-521"]),
    x: base64url.max(100),
    y: base64url.max(100),
    alg: z.enum(["ES256", "ES384", "ES512"]).optional(),
    use: z.literal("sig").optional(),
  }),
]);

const issuer = httpUrl
  .refine((u) => !/[?#]/.test(u), "must have no query and no fragment")
  .describe(
    "The exact `iss` of its tokens. It must be unique, so that a token of one cluster is never valid for another.",
  );

const serviceAccounts = z.strictObject({
  issuer,
  audiences: z
    .array(z.string().min(1).max(253))
    .min(1, "must have at least one")
    .max(20)
    .default(["mcpctl"])
    .describe("A token must have one of these audiences: the `audience` of the projected volume."),
  jwks: z
    .strictObject({
      keys: z
        .array(key)
        .min(1)
        .max(20)
        .refine((keys) => new Set(keys.map((k) => k.kid)).size === keys.length, "two keys must not have the same kid")
        .describe("The keys as the cluster publishes them."),
    })
    .optional()
    .describe(
      "The public keys of the cluster: `kubectl get --raw /openid/v1/jwks`. By default, the edge fetches them from the issuer over https.",
    ),
});

export const cluster = kind({
  name: "cluster",
  plural: "clusters",
  about: "A place where workloads run. The service accounts of a Kubernetes cluster can have rights.",
  spec: z.strictObject({
    orchestrator: z
      .enum(["kubernetes", "process", "docker"])
      .default("kubernetes")
      .describe("The system that runs the workloads."),
    serviceAccounts: serviceAccounts
      .optional()
      .describe("Lets pods authenticate with the tokens of their service accounts. Without it, they can't."),
    description,
  }),
  status: z.strictObject({
    state: z.enum(["pending", "active", "inactive"]).describe("`pending`: it has not reported yet."),
    lastSeenAt: z.iso.datetime().optional().describe("When it last reported."),
    version: z.string().optional().describe("Version of its orchestrator."),
  }),
  unique: ["serviceAccounts.issuer"],
  columns: { ORCHESTRATOR: "orchestrator", STATE: "status.state", "LAST SEEN": "status.lastSeenAt" },
  wide: { ISSUER: "serviceAccounts.issuer", VERSION: "status.version" },
});
