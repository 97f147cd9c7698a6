/**
 * A login's access token: a JWT that says which session of which user it belongs to, and nothing that could go stale
 * (RFC 7519). The session's state is asked for separately, so the signature alone never admits anybody.
 */
import { type CryptoKey, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import type { Settings } from "../settings.ts";

/** Lifetime of an access token, in seconds. */
export const ACCESS_SECONDS = 600;

/** Of our own tokens. No cluster's issuer is called so: those are URLs. */
export const ISSUER = "mcpctl";
const AUDIENCE = "mcpctl-edge";
const ALGORITHM = "EdDSA";

export interface SessionClaims {
  userId: string;
  sessionId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

type SigningKey = Settings["signingKey"];

/** Only members that are public (RFC 8037): a member that is unknown stays behind. */
export function publicJwk(key: SigningKey): JWK {
  const { kty, kid, crv, x } = key as JWK;
  return {
    ...(kty ? { kty } : {}),
    ...(crv ? { crv } : {}),
    ...(x ? { x } : {}),
    ...(kid ? { kid } : {}),
    alg: ALGORITHM,
    use: "sig",
  };
}

const imported = new WeakMap<SigningKey, { sign?: CryptoKey; verify?: CryptoKey }>();

async function importOnce(key: SigningKey, use: "sign" | "verify"): Promise<CryptoKey> {
  const keys = imported.get(key) ?? {};
  imported.set(key, keys);
  const found = keys[use];
  if (found) return found;
  const made = await importJWK(use === "sign" ? (key as JWK) : publicJwk(key), ALGORITHM);
  if (made instanceof Uint8Array) throw new Error("SIGNING_KEY must be an asymmetric key");
  keys[use] = made;
  return made;
}

/** @throws Error when the key can't sign, or its public half does not fit: then nobody could log in. */
export async function assertSigns(key: SigningKey): Promise<void> {
  const now = Date.now();
  const { accessToken } = await signSession(key, { userId: "nobody", sessionId: "none" }, now);
  if (!(await verifySession(key, accessToken, now)))
    throw new Error("SIGNING_KEY's public half is not that of its private one");
}

export async function signSession(
  key: SigningKey,
  claims: Pick<SessionClaims, "userId" | "sessionId">,
  now: number,
): Promise<{ accessToken: string; expiresAt: string }> {
  const issuedAt = Math.floor(now / 1000);
  const accessToken = await new SignJWT({ sid: claims.sessionId })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: "at+jwt" })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(claims.userId)
    .setJti(crypto.randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_SECONDS)
    .sign(await importOnce(key, "sign"));
  return { accessToken, expiresAt: new Date((issuedAt + ACCESS_SECONDS) * 1000).toISOString() };
}

/** @returns undefined for a token that is not ours, expired, or signed by another key. */
export async function verifySession(key: SigningKey, token: string, now: number): Promise<SessionClaims | undefined> {
  const verifying = await importOnce(key, "verify");
  try {
    const { payload, protectedHeader } = await jwtVerify(token, verifying, {
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: [ALGORITHM],
      typ: "at+jwt",
      requiredClaims: ["sub", "sid", "exp", "iat"],
      maxTokenAge: ACCESS_SECONDS,
      currentDate: new Date(now),
    });
    const { sub, sid, exp } = payload;
    if (protectedHeader.kid !== key.kid || typeof sid !== "string" || sub === undefined || exp === undefined)
      return undefined;
    return { userId: sub, sessionId: sid, expiresAt: exp * 1000 };
  } catch {
    // Whatever is wrong with a token, its bearer is told nothing but that it is not valid.
    return undefined;
  }
}
