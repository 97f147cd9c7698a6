/** docs/oidc.md is followed by people who can't see the code: what it quotes and shows must be so. */
import { expect, test } from "vitest";
import { readOidc } from "../../edge/sso/settings.ts";
import { read, sources } from "../laws/repository.ts";

const guide = read("docs/oidc.md");
const section = (title: string) => guide.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";

test("every error that the guide to single sign-on explains is one that the edge gives", () => {
  const said = sources("edge/sso", "edge/login", "edge/identity")
    .map(read)
    .join("\n")
    .replace(/\$\{[^}]*\}/g, "…");
  const quoted = section("When it does not work")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? ""));
  expect(quoted.length).toBeGreaterThan(12);
  const fragments = quoted
    .flatMap((text) => text.split("…").map((part) => part.trim().replace(/[:,]$/, "")))
    .filter((part) => part.length > 3);
  expect(fragments.filter((part) => !said.includes(part.replace("8 seconds", "… seconds")))).toEqual([]);
});

test("every example of the guide to single sign-on is valid, and every setting explained", () => {
  const examples = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map((m) => m[1] ?? "");
  expect(examples.length).toBeGreaterThan(6);
  for (const example of examples) {
    const { clientSecret, ...settings } = JSON.parse(example) as Record<string, unknown>;
    const oidc = readOidc(JSON.stringify({ clientId: "x", ...settings }), String(clientSecret));
    expect(oidc.is === "wrong" ? oidc.faults : [], example).toEqual([]);
  }
  const known = readOidc('{"issuer":"https://id.example.com","clientId":"x"}', undefined);
  const explained = [...section("Tell the edge").matchAll(/^\| `(\w+)` \|/gm)].map((m) => m[1] ?? "");
  const settings = known.is === "on" ? Object.keys(known.provider).filter((key) => key !== "clientSecret") : [];
  expect(explained.sort()).toEqual(settings.sort());
});
