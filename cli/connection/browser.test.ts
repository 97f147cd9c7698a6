import { expect, test } from "vitest";
import { browserCommand } from "./browser.ts";

test.each([
  ["darwin", {}, ["open"]],
  ["win32", {}, ["rundll32", "url.dll,FileProtocolHandler"]],
  ["linux", { DISPLAY: ":0" }, ["xdg-open"]],
  ["linux", { WAYLAND_DISPLAY: "wayland-0" }, ["xdg-open"]],
  ["linux", {}, undefined],
  ["linux", { DISPLAY: "localhost:10.0", SSH_CONNECTION: "a b c d" }, undefined],
  ["linux", { BROWSER: "firefox" }, ["firefox"]],
  ["darwin", { BROWSER: "none" }, undefined],
])("on %s with %j a page opens by %j", (platform, env, command) => {
  expect(browserCommand(platform, env)).toEqual(command);
});
