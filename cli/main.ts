/** The `mcpctl` process: hands the real world to the program, and its exit code to the shell. */
import module from "node:module";
import { question } from "./completion/question.ts";

// Before anything else is loaded: compiled code is kept between starts.
module.enableCompileCache?.();
const { surroundings, leave } = await import("./process.ts");
const argv = process.argv.slice(2);
const asked = question(argv);
if (asked) {
  const [{ answerAlone }, { wordsFor }] = await Promise.all([import("./completion/answer.ts"), import("./tree.ts")]);
  await leave(await answerAlone(asked, surroundings(), wordsFor));
} else await leave(await (await import("./program.ts")).mcpctl(argv, surroundings()));
