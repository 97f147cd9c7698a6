/** A Kubernetes cluster as far as its tokens go: keys, and what it gives to pods. */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export interface TokenOptions {
  audience?: string | string[];
  /** Seconds from now. */
  expiresIn?: number | undefined;
  notBefore?: number;
  issuer?: string;
  claims?: Record<string, unknown>;
  keyId?: string;
}

export interface Pods {
  issuer: string;
  jwks: { keys: JWK[] };
  /** The token of a pod that runs as `namespace/name`. */
  tokenOf(account: string, options?: TokenOptions): Promise<string>;
}

export async function newPods(issuer: string, keyId = "k1", algorithm: "RS256" | "ES256" = "RS256"): Promise<Pods> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: keyId, alg: algorithm, use: "sig" };
  return {
    issuer,
    jwks: { keys: [jwk] },
    async tokenOf(account, o = {}) {
      const [namespace = "", name = ""] = account.split("/");
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        "kubernetes.io": {
          namespace,
          pod: { name: "pod-1", uid: crypto.randomUUID() },
          serviceaccount: { name, uid: crypto.randomUUID() },
        },
        sub: `system:serviceaccount:${namespace}:${name}`,
        ...o.claims,
      };
      const jwt = new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, kid: o.keyId ?? keyId })
        .setIssuer(o.issuer ?? issuer)
        .setAudience(o.audience ?? ["mcpctl"])
        .setIssuedAt(now)
        .setNotBefore(now + (o.notBefore ?? 0))
        .setJti(crypto.randomUUID());
      if (!("expiresIn" in o) || o.expiresIn !== undefined) jwt.setExpirationTime(now + (o.expiresIn ?? 3_600));
      return jwt.sign(privateKey);
    },
  };
}
