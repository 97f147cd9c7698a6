/** An edge, a front before it that can interfere, and an engineer at a command line who may do everything. */
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { type Front, startFront } from "./front.ts";
import { type Person, person } from "./person.ts";

export interface Desk {
  edge: TestEdge;
  front: Front;
  engineer: Person;
  token: string;
  stop(): Promise<void>;
}

export async function startDesk(): Promise<Desk> {
  const edge = await startEdge();
  const front = await startFront(edge.url);
  const { token } = await edge.bootstrap();
  const engineer = person({ MCPCTL_EDGE: front.url, MCPCTL_TOKEN: token });
  return {
    edge,
    front,
    engineer,
    token,
    async stop() {
      engineer.leave();
      await front.stop();
      await edge.stop();
    },
  };
}
