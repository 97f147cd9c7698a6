/** How people and programs prove who they are, and for how long. */
import type { Requirement } from "../requirements.ts";

export const loggingIn = {
  "auth.bootstrap-once": {
    behaviour: "The first admin is made with the bootstrap secret, once; a second use is refused with 409.",
    source: "auth.md, Principals",
  },
  "auth.login-session": {
    behaviour: "E-mail and password give a session token of at most 15 minutes and what renews it.",
    source: "auth.md, Principals",
  },
  "auth.login-uniform": {
    behaviour: "A failed login says the same for an unknown account and for a wrong password.",
    source: "auth.md, Principals",
  },
  "auth.login-limited": {
    behaviour: "Failed logins are limited per account: 429 with Retry-After.",
    source: "auth.md, Principals",
  },
  "auth.refresh-rotates": {
    behaviour: "A refresh token works once; using an old one again ends the session.",
    source: "auth.md, Principals",
  },
  "auth.refresh-grace": {
    behaviour: "A renewal whose answer got lost is answered again for 60 s, with the same successor.",
    source: "RFC 9700, 4.14.2",
  },
  "auth.uniform-401": {
    behaviour: "Missing, garbled, unknown, expired and revoked credentials get one and the same 401.",
    source: "auth.md, Tokens",
  },
  "auth.credential-headers": {
    behaviour: "A credential is taken from Authorization: Bearer, x-api-key and api-key.",
    source: "inference.md, The endpoint",
  },
  "auth.me": {
    behaviour: "GET /api/v1/auth/me says who the bearer is, and which token was used.",
    source: "auth.md, Principals",
  },
  "auth.outage-60s": {
    behaviour:
      "In an outage of the store nothing goes on for more than 60 s by what was read of its caller before, streams included.",
    source: "decisions/guard-per-principal.md",
  },
  "auth.revoke-5s": {
    behaviour: "A deleted or revoked token, or a removed binding, stops within 5 seconds, also for open streams.",
    source: "auth.md, Time to revoke",
  },
  "auth.no-plain-token": {
    behaviour: "A token is shown once, at creation; afterwards only its SHA-256 exists.",
    source: "auth.md, Principals",
  },
  "auth.sessions": {
    behaviour: "Sessions are listed and ended: one's own by everybody, everybody's by who may edit users.",
    source: "auth.md, Time to revoke; quality.md",
  },
  "auth.service-accounts": {
    behaviour:
      "A pod's projected token, checked against its cluster's keys, makes it that cluster's service account and nobody else.",
    source: "auth.md, Principals",
  },
  "auth.impersonation": {
    behaviour: "X-Service-Account works only with a credential that may run:impersonate, and audit keeps both.",
    source: "auth.md, Principals",
  },
  "audit.read": {
    behaviour:
      "Who may view audit events reads them newest first, by time, type, principal, token, project and resource.",
    source: "resources.md; auth.md, Principals",
  },
} as const satisfies Record<string, Requirement>;
