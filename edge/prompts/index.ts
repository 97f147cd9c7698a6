/** What prompts have beside the generic routes: being approved, being attached to a personality, and being detached. */
import { kindsByName } from "#db/resources/index";
import { may, type Route, route } from "../http/route.ts";
import { listParameters, made, preconditions, writeParameters, written } from "../resources/parameters.ts";
import { concealed, nameInPath } from "../resources/request.ts";
import { approve } from "./approve.ts";
import { attach, attachedPrompts, attachment, detach } from "./attach.ts";

const { personality, prompt, promptrequest } = kindsByName;
const conceal = concealed(personality);
const ofPersonality = (role: "view" | "edit") =>
  may(role, personality.permission, { name: (call) => nameInPath(call, personality), ...(conceal ? { conceal } : {}) });
const which = { agent: "Name or id of its agent, where personalities of several are called the same." };
const attached = "/api/v1/personalities/:name/prompts";

export const promptRoutes: readonly Route[] = [
  route(
    "POST",
    "/api/v1/promptrequests/:name/approve",
    // Proposing is for models; what becomes a prompt is decided by who may create prompts.
    may("create", "prompts", { name: (call) => nameInPath(call, promptrequest) }),
    {
      tag: "promptrequests",
      summary: "Make the prompt that is proposed, and forget the request.",
      query: writeParameters,
      headers: { "if-match": "ETag of the request as it was read: 412 when somebody has changed it since." },
      answer: { status: 201, schema: "Prompt", headers: made },
    },
    approve,
  ),
  route(
    "GET",
    attached,
    ofPersonality("view"),
    {
      tag: "personalities",
      summary: "List the prompts that are attached to a personality, as far as the caller may view them.",
      query: { ...which, ...listParameters(prompt) },
      answer: { status: 200, schema: "PromptList" },
    },
    attachedPrompts,
  ),
  route(
    "POST",
    attached,
    ofPersonality("edit"),
    {
      tag: "personalities",
      summary: "Attach a prompt to a personality.",
      query: { ...which, ...writeParameters },
      body: attachment,
      headers: preconditions,
      answer: { status: 200, schema: "Personality", headers: written },
    },
    attach,
  ),
  route(
    "DELETE",
    `${attached}/:prompt`,
    ofPersonality("edit"),
    {
      tag: "personalities",
      summary: "Detach a prompt from a personality.",
      query: { ...which, ...writeParameters },
      headers: preconditions,
      answer: { status: 200, schema: "Personality", headers: written },
    },
    detach,
  ),
];
