import { newPassword } from "../connection/password.ts";
import { toggle } from "../verb.ts";
import type { CreateHook } from "./index.ts";

const hook: CreateHook = {
  examples: [
    "mcpctl create user ada --email ada@example.com",
    "mcpctl create user ada --email ada@example.com --password-stdin < password",
  ],
  replaces: ["password"],
  flags: {
    passwordStdin: toggle("--password-stdin", "Read the password from stdin instead of asking."),
    noPassword: toggle("--without-password", "Nobody can log in as this user until it has one."),
  },
  async prepare(spec, given, tools) {
    if (given["noPassword"] !== true) spec["password"] = await newPassword(given["passwordStdin"] === true, tools);
    return undefined;
  },
};
export default hook;
