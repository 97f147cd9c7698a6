import { expect, test } from "vitest";
import { HelpWanted, readOptions, stopCommand, UsageError } from "./options.ts";

const read = (...argv: string[]) => readOptions(argv, "/checkout", "/elsewhere");

test("without arguments all has a value", () => {
  expect(read()).toEqual({
    port: 8787,
    dataDir: "/checkout/.mcpctl",
    fresh: false,
    store: undefined,
    oidc: undefined,
    detach: false,
  });
});

test("a relative directory is relative to where the command was given", () => {
  expect(read("--data", "there").dataDir).toBe("/elsewhere/there");
  expect(read("--data", "/there").dataDir).toBe("/there");
  expect(read("--oidc", "oidc.json").oidc).toBe("/elsewhere/oidc.json");
});

test.each([
  [["--port", "0"], /--port 0 is not a port/],
  [["--port", "70000"], /65535/],
  [["--port", "http"], /--port http is not a port/],
  [["--store", "mysql://x"], /--store must be a PostgreSQL URL/],
  [["--nonsense"], /--nonsense[\s\S]*--detach/],
  [["extra"], /extra/],
])("%s is refused with what to do", (argv, message) => {
  expect(() => read(...argv)).toThrow(UsageError);
  expect(() => read(...argv)).toThrow(message);
});

test("what ends a system names its directory where that is another", () => {
  expect(stopCommand("/checkout/.mcpctl", "/checkout")).toBe("npm stop");
  expect(stopCommand("/elsewhere/there", "/checkout")).toBe("npm stop -- --data /elsewhere/there");
});

test.each(["--help", "-h"])("%s is no mistake", (flag) => {
  expect(() => read("--port", "1", flag)).toThrow(HelpWanted);
});
