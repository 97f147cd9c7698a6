/**
 * A real OpenID provider (panva's oidc-provider, a certified one) on this machine, and a front before it that can be away, answer
 * nonsense or twist the tokens that it hands out, as providers and attackers do.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import Provider from "oidc-provider";

export const CLIENT = { id: "mcpctl-edge", secret: "the-secret-of-mcpctl's edge: 100% safe" };

export interface Account {
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
}

/** What becomes of an ID token before it is handed out; it gets the key that signed it. */
export type Twist = (payload: JWTPayload, key: JWK, token: string) => Promise<string>;

export interface OpenIdProvider {
  issuer: string;
  /** By login name, which is the subject; read at every login. */
  accounts: Map<string, Account>;
  /** Answers by itself where it returns true. */
  interfere: (req: IncomingMessage, res: ServerResponse) => boolean;
  twist: Twist | undefined;
  /** Method and path of every request. */
  seen: string[];
  /** Begins anew with other keys, and none of the old ones. */
  rotate(): void;
  /** Where it may send browsers back to. */
  register(redirectUri: string): void;
  /** Claims stand in the ID token; without, they are told by userinfo alone, as the standard has it. */
  claimsInToken(yes: boolean): void;
  stop(): Promise<void>;
}

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  let handle: ((req: IncomingMessage, res: ServerResponse) => unknown) | undefined;
  const inner = createServer((req, res) => void handle?.(req, res));
  const outer = createServer((req, res) => void front(req, res));
  for (const server of [inner, outer]) await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const portOf = (s: typeof inner) => (s.address() as AddressInfo).port;
  const issuer = `http://127.0.0.1:${portOf(outer)}`;
  const redirectUris: string[] = [];
  const cookieKey = randomBytes(16).toString("hex");
  let key = newKey();
  let inToken = true;

  const provider: OpenIdProvider = {
    issuer,
    accounts: new Map(),
    interfere: () => false,
    twist: undefined,
    seen: [],
    rotate() {
      key = newKey();
      begin();
    },
    register(redirectUri) {
      redirectUris.push(redirectUri);
      begin();
    },
    claimsInToken(yes) {
      inToken = yes;
      begin();
    },
    stop: async () => {
      for (const server of [inner, outer]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };

  function begin(): void {
    const made = quietly(issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: redirectUris,
          response_types: ["code"],
          grant_types: ["authorization_code"],
        },
      ],
      jwks: { keys: [key] },
      cookies: { keys: [cookieKey] },
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
      scopes: ["openid", "email", "profile", "groups"],
      conformIdTokenClaims: !inToken,
      pkce: { required: () => true },
      ttl: { Session: 3600, Grant: 3600, Interaction: 3600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
      findAccount: (_, sub) => {
        const account = provider.accounts.get(sub);
        return account && { accountId: sub, claims: async () => ({ sub, ...account }) };
      },
    });
    handle = made.callback();
  }

  async function front(req: IncomingMessage, res: ServerResponse): Promise<void> {
    provider.seen.push(`${req.method} ${req.url?.split("?")[0]}`);
    if (provider.interfere(req, res)) return;
    const { twist } = provider;
    const onward = request(
      { host: "127.0.0.1", port: portOf(inner), method: req.method, path: req.url, headers: req.headers },
      async (answer) => {
        if (!twist || req.url !== "/token") {
          res.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(res);
          return;
        }
        const text = Buffer.concat(await answer.toArray()).toString();
        const body = JSON.parse(text) as Record<string, unknown>;
        const token = body["id_token"];
        if (typeof token === "string") body["id_token"] = await twist(decodeJwt(token), key, token);
        res.writeHead(answer.statusCode ?? 502, { "content-type": "application/json" });
        res.end(JSON.stringify(body));
      },
    );
    onward.on("error", () => res.destroy());
    req.pipe(onward);
  }

  begin();
  return provider;
}

/** It warns of keeping things in memory and of its bare forms, which are just what a test wants. */
function quietly(...given: ConstructorParameters<typeof Provider>): Provider {
  const { warn } = console;
  console.warn = () => {};
  try {
    return new Provider(...given);
  } finally {
    console.warn = warn;
  }
}

function newKey(): JWK {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig", kid: randomBytes(6).toString("hex") };
}

/** Signs again, with the provider's own key, what was changed: only the claims tell that something is wrong. */
export function changed(change: JWTPayload): Twist {
  return async (payload, key, token) =>
    new SignJWT({ ...payload, ...change })
      .setProtectedHeader({ alg: "RS256", ...decodeProtectedHeader(token) })
      .sign(await importJWK(key, "RS256"));
}
