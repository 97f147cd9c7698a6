/** The person's own editor. */
import { Failure } from "../failure.ts";
import type { Surroundings } from "../surroundings.ts";

/** @throws Failure when it can't be started or ends with an error. */
export async function openEditor(file: string, around: Surroundings): Promise<void> {
  const command = around.env["MCPCTL_EDITOR"] || around.env["VISUAL"] || around.env["EDITOR"] || "vi";
  let status: number;
  try {
    status = await around.editor(command, file);
  } catch (cause) {
    throw new Failure(`The editor \`${command}\` can't be started: ${(cause as Error).message}`, {
      hint: "Set EDITOR to an installed editor.",
      cause,
    });
  }
  if (status !== 0)
    throw new Failure(
      status === 127
        ? `The editor \`${command}\` is not installed.`
        : `The editor \`${command}\` ended with status ${status}.`,
      { hint: "Set EDITOR to an editor that works." },
    );
}
