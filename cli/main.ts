/** The `mcpctl` process: hands the real world to the program, and its exit code to the shell. */
import module from "node:module";

// Before anything else is loaded: compiled code is kept between starts.
module.enableCompileCache?.();
const { surroundings, leave } = await import("./process.ts");
const { mcpctl } = await import("./program.ts");
await leave(await mcpctl(process.argv.slice(2), surroundings()));
