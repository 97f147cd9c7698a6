import { z } from "zod";
import { authenticated, type Route, route } from "../route.ts";
import { openApiDocument } from "./document.ts";

/** @param all the routes, this one among them: they are known when it is asked. */
export function openApiRoute(all: () => readonly Route[]): Route {
  let document: string | undefined;
  return route(
    "GET",
    "/api/v1/openapi.json",
    authenticated,
    {
      tag: "api",
      summary: "This document: every route, as OpenAPI 3.1.",
      answer: { status: 200, schema: z.looseObject({ openapi: z.string() }) },
    },
    () => {
      document ??= JSON.stringify(openApiDocument(all()));
      return new Response(document, { headers: { "content-type": "application/json" } });
    },
  );
}
