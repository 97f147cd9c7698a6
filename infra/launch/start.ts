/** `npm start`: the whole system on one machine. */
import { fileURLToPath } from "node:url";
import { plainWorkerd } from "./edge-service.ts";
import { developmentCommand } from "./program.ts";

process.exit(await developmentCommand(fileURLToPath(import.meta.url), plainWorkerd));
