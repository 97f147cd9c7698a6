import { Failure } from "../failure.ts";
import { verb } from "../verb.ts";

export default verb({
  about: "Log out.",
  args: {},
  flags: {},
  forms: [],
  async run(_given, tools) {
    const { contexts, globals, env, io } = tools;
    const current = await contexts.current(globals.context ?? env["MCPCTL_CONTEXT"]);
    if (!current?.entry.session && !current?.entry.token) return io.err("You are not logged in.\n");
    const { name } = current;
    if (current.entry.session) {
      try {
        const api = await tools.api();
        await api.call("POST", "/api/v1/auth/logout", { body: { refreshToken: current.entry.session.refreshToken } });
      } catch (error) {
        // Forgetting must work without the edge; what is left there runs out by itself.
        if (!(error instanceof Failure)) throw error;
        io.err(`Warning: the edge could not end the login: ${error.message}\n`);
      }
    }
    await contexts.update((file) => {
      const entry = file.contexts[name];
      if (!entry) return;
      delete entry.session;
      delete entry.token;
    });
    io.err(`Logged out of ${current.entry.edge}.\n`);
  },
});
