/** `npm run dev`: the system of `npm start`, with the edge in `wrangler dev`, which loads it anew when a source changes. */
import { fileURLToPath } from "node:url";
import { developmentCommand } from "./program.ts";
import { wranglerDev } from "./wrangler-service.ts";

process.exit(await developmentCommand(fileURLToPath(import.meta.url), wranglerDev));
