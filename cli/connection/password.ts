/** Passwords are asked for without echo or read from stdin, never taken from an argument. */
import { usage } from "../failure.ts";
import type { Tools } from "../verb.ts";

export async function password(fromStdin: boolean, { io }: Pick<Tools, "io">): Promise<string> {
  const text = fromStdin || !io.terminal.in ? await io.input() : await io.ask("Password: ", { hidden: true });
  const word = text.replace(/\r?\n$/, "");
  if (word === "") throw usage("The password is empty.", "Use --password-stdin, or type the password.");
  return word;
}

/** Asked twice, because nobody sees what they type. */
export async function newPassword(fromStdin: boolean, tools: Pick<Tools, "io">): Promise<string> {
  const first = await password(fromStdin, tools);
  if (fromStdin || !tools.io.terminal.in) return first;
  if ((await tools.io.ask("Again: ", { hidden: true })) !== first) throw usage("The passwords differ.");
  return first;
}
