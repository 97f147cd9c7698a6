/** What mcpctl promises of logging in at a provider. */
import type { Requirement } from "../requirements.ts";

export const ssoRequirements = {
  "auth.sso-login": {
    behaviour: "A login at an OpenID provider (code, PKCE) gives the same session as a password.",
    source: "auth.md, Login",
  },
  "auth.sso-token": {
    behaviour:
      "An ID token of another issuer, audience, time, nonce or key, or without an asymmetric one, logs nobody in.",
    source: "auth.md, Login; OpenID Connect Core, 3.1.3.7",
  },
  "auth.sso-keys": {
    behaviour: "A provider may change its keys at any time; tokens of unknown keys make few questions.",
    source: "auth.md, Login",
  },
  "auth.sso-state": {
    behaviour: "A login ends in the browser that began it, once.",
    source: "RFC 6749, 10.12; quality.md, Security matrix",
  },
  "auth.sso-code": {
    behaviour: "A program's one-time code works once, for who began the login.",
    source: "RFC 7636; RFC 8252",
  },
  "auth.sso-loopback": {
    behaviour: "A login is handed to loopback addresses and nowhere else.",
    source: "RFC 8252, 7.3; quality.md, Security matrix",
  },
  "auth.sso-email": {
    behaviour: "An account is linked to an existing user by a proven e-mail address only, and never a second one.",
    source: "auth.md, Login",
  },
  "auth.sso-groups": {
    behaviour: "Groups from a claim are refreshed at each login and kept apart from the group's document.",
    source: "auth.md, Login",
  },
  "auth.sso-device": {
    behaviour:
      "A device waits until somebody has logged in and confirmed its code: pending, slow_down, denied, expired.",
    source: "RFC 8628",
  },
  "auth.sso-pages": {
    behaviour: "Pages of a login run no script, can't be framed, and show what others wrote as text.",
    source: "quality.md, Security matrix",
  },
} as const satisfies Record<string, Requirement>;
