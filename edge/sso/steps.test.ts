/** What a login carries in browsers and URLs: cookies, proofs, addresses and pages. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escaped, html } from "../http/html.ts";
import { readCookie, writeCookie } from "./cookie.ts";
import { handTo, loopbackRedirect } from "./loopback.ts";
import { challengeOf, proves, sameText } from "./pkce.ts";

describe("a cookie", () => {
  test("is read by its whole name", () => {
    const header = "other=1; mcpctl_login_a=one; xmcpctl_login_b=two;mcpctl_login_b=th=ree; mcpctl_empty=";
    expect(readCookie(header, "login_a", false)).toBe("one");
    expect(readCookie(header, "login_b", false)).toBe("th=ree");
    expect(readCookie(header, "empty", false)).toBeUndefined();
    expect(readCookie(header, "login_a", true)).toBeUndefined();
    expect(readCookie(null, "login_a", false)).toBeUndefined();
  });

  test("is out of reach of scripts, of other sites, and with TLS of other hosts", () => {
    expect(writeCookie("x", "v", 60, true)).toBe(
      "__Host-mcpctl_x=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure",
    );
    expect(writeCookie("x", "", 0, false)).toBe("mcpctl_x=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
  });
});

test("a proof is the one of RFC 7636's appendix B, and no other", () => {
  const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  expect(challengeOf(verifier)).toBe(challenge);
  expect(proves(verifier, challenge)).toBe(true);
  expect(proves(challenge, challenge)).toBe(false);
  expect(sameText("", "")).toBe(true);
  expect(sameText("a", "ab")).toBe(false);
});

describe("where a login is handed to", () => {
  test.each(["http://127.0.0.1:1/", "http://localhost/cb", "http://[::1]:65535/a?b=c"])("may be %s", (url) => {
    expect(loopbackRedirect(url).href).toBe(new URL(url).href);
  });

  test("is never anything else", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.domain().map((d) => `http://127.0.0.1.${d}/`),
        ),
        (url) => {
          expect(() => loopbackRedirect(url)).toThrow("your own machine only");
        },
      ),
    );
  });

  test("gets what it waits for beside what it has", () => {
    expect(handTo("http://127.0.0.1:1/?a=b&state=old", { state: "new", error: "x&y" })).toBe(
      "http://127.0.0.1:1/?a=b&state=new&error=x%26y",
    );
  });
});

describe("a page", () => {
  test("shows what others wrote as text, wherever it stands", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { text: page } = html`<p title="${text}">${text}</p>`;
        const inner = escaped(text);
        expect(page).toBe(`<p title="${inner}">${inner}</p>`);
        expect(inner).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
  });

  test("takes in other pages' parts as they are, and nothing for nothing", () => {
    expect(html`a${undefined}${html`<b>${"<"}</b>`}${[html`<i>`, html`</i>`]}`.text).toBe("a<b>&lt;</b><i></i>");
    expect(escaped("a\u202eb\u0000\ud800")).toBe("a\ufffdb\ufffd\ufffd");
  });
});
