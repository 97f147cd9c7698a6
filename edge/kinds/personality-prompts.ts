/** The prompts that a personality attaches, as a list of prompts. Attaching and detaching are actions on it. */
import { kindsByName } from "#db/kinds/index";
import type { Call } from "../http/call.ts";
import { may, type Route, route } from "../http/route.ts";
import { answerList } from "../resources/list.ts";
import { listParameters } from "../resources/parameters.ts";
import { concealed, nameInPath, rowInPath } from "../resources/request.ts";

const { personality, prompt } = kindsByName;
const conceal = concealed(personality);

export const promptRoutes: readonly Route[] = [
  route(
    "GET",
    "/api/v1/personalities/:name/prompts",
    may("view", personality.permission, {
      name: (call) => nameInPath(call, personality),
      ...(conceal ? { conceal } : {}),
    }),
    {
      tag: "personalities",
      summary: "List the prompts that are attached to a personality, as far as the caller may view them.",
      query: {
        agent: "Name or id of its agent, if several agents have a personality with this name.",
        ...listParameters(prompt),
      },
      answer: { status: 200, schema: "PromptList" },
    },
    attachedPrompts,
  ),
];

async function attachedPrompts(call: Call): Promise<Response> {
  const row = await rowInPath(call, personality);
  return answerList(call, prompt, { scopeId: undefined, referredBy: { from: personality.name, id: row.id } });
}
