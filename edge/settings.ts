/** The Worker's variables and secrets, described once and parsed once per isolate. */
import { z } from "zod";
import { type PublisherTimes, publisherTimes, publisherTimesOverride } from "#db/protocol/publisher";
import { type Oidc, readOidc } from "./sso/settings.ts";

/** As the runtime hands them over. Not trusted until `readSettings`. */
export interface Variables {
  DATABASE_URL: string;
  KEY_ENCRYPTION: string;
  SIGNING_KEY: string;
  BOOTSTRAP_SECRET?: string;
  MAX_BODY_BYTES?: string;
  ALLOW_PRIVATE_UPSTREAMS?: string;
  NEON_PROXY?: string;
  PUBLISHER_TIMES?: string;
  OIDC?: string;
  OIDC_CLIENT_SECRET?: string;
}

const list = z
  .string()
  .default("")
  .transform((s) =>
    s
      .split(",")
      .map((x) => x.trim())
      .filter(Boolean),
  );

const schema = z.object({
  DATABASE_URL: z
    .string({ error: "DATABASE_URL is not set: `wrangler secret put DATABASE_URL` with Neon's connection string" })
    .regex(/^postgres(ql)?:\/\//, "DATABASE_URL must start with postgresql://"),
  KEY_ENCRYPTION: z
    .string({ error: "KEY_ENCRYPTION is not set: 32 random bytes in base64 (`openssl rand -base64 32`)" })
    .refine((s) => atobLength(s) === 32, "KEY_ENCRYPTION must be 32 bytes in base64"),
  SIGNING_KEY: z.string({ error: "SIGNING_KEY is not set: a private JWK, EdDSA, with a kid" }).transform((s, ctx) => {
    try {
      return z.looseObject({ kty: z.string(), kid: z.string() }).parse(JSON.parse(s));
    } catch {
      ctx.addIssue({ code: "custom", message: "SIGNING_KEY must be a private JWK in JSON with kty and kid" });
      return z.NEVER;
    }
  }),
  BOOTSTRAP_SECRET: z.string().min(16, "BOOTSTRAP_SECRET must have at least 16 characters").optional(),
  MAX_BODY_BYTES: z.coerce.number().int().positive().default(33_554_432),
  ALLOW_PRIVATE_UPSTREAMS: list,
  NEON_PROXY: z.string().default(""),
  OIDC: z.string().default(""),
  // Plain workerd hands over null for what its environment lacks.
  OIDC_CLIENT_SECRET: z.string().nullish(),
  PUBLISHER_TIMES: z
    .string()
    .default("")
    .transform((s, ctx): PublisherTimes => {
      try {
        return { ...publisherTimes, ...publisherTimesOverride.parse(s === "" ? {} : JSON.parse(s)) };
      } catch {
        ctx.addIssue({
          code: "custom",
          message: `PUBLISHER_TIMES must be a JSON object of milliseconds by any of ${Object.keys(publisherTimes).join(", ")}`,
        });
        return z.NEVER;
      }
    }),
});

/** Parsed configuration. Names are the environment's, values are typed. */
export interface Settings {
  databaseUrl: string;
  /** Key-encryption key, base64 of 32 bytes. */
  keyEncryption: string;
  /** Private JWK that signs session tokens. */
  signingKey: { kty: string; kid: string; [member: string]: unknown };
  bootstrapSecret: string | undefined;
  /** Largest request body accepted, in bytes; more is 413. */
  maxBodyBytes: number;
  /** Address classes that an LLM's URL may point into although they are private: any of loopback, private, link-local. */
  allowPrivateUpstreams: string[];
  /** `http://host:port` of a bridge that speaks Neon's protocols; empty means Neon itself. */
  neonProxy: string;
  /** Times of the publishers' protocol, in milliseconds. */
  publisherTimes: PublisherTimes;
  /** Where people log in beside or instead of here. */
  oidc: Oidc;
}

const parsed = new WeakMap<Variables, Settings>();

/** @throws ZodError that names each variable that is missing or wrong, and how to set it. */
export function readSettings(variables: Variables): Settings {
  let settings = parsed.get(variables);
  if (!settings) {
    const v = schema.parse(variables);
    settings = {
      databaseUrl: v.DATABASE_URL,
      keyEncryption: v.KEY_ENCRYPTION,
      signingKey: v.SIGNING_KEY,
      bootstrapSecret: v.BOOTSTRAP_SECRET,
      maxBodyBytes: v.MAX_BODY_BYTES,
      allowPrivateUpstreams: v.ALLOW_PRIVATE_UPSTREAMS,
      neonProxy: v.NEON_PROXY,
      publisherTimes: v.PUBLISHER_TIMES,
      oidc: readOidc(v.OIDC, v.OIDC_CLIENT_SECRET || undefined),
    };
    parsed.set(variables, settings);
  }
  return settings;
}

function atobLength(s: string): number {
  try {
    return atob(s).length;
  } catch {
    return -1;
  }
}
