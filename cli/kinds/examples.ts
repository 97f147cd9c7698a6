/** How people make what needs no hook of its own, by kind name. */
export const createExamples: Readonly<Record<string, readonly string[] | undefined>> = {
  secretbackend: ["mcpctl create secretbackend spare --type plaintext"],
  template: [
    "mcpctl create template notes --server-package-name mcp-notes --server-runtime node --server-args '{{folder}}' --set parameters.folder.default=/data",
  ],
  cluster: ["mcpctl create cluster prod --orchestrator kubernetes"],
  group: ["mcpctl create group research --members ada --members bob"],
  project: [
    "mcpctl create project alpha --servers git --members ada --description 'The new shop.'",
    "mcpctl create project alpha --from-file instructions=welcome.md",
  ],
  prompt: [
    "mcpctl create prompt style --from-file content=style.md -p alpha",
    "git log -5 | mcpctl create prompt news --from-file content=-",
  ],
  promptrequest: ["mcpctl create promptrequest style --from-file content=style.md -p alpha"],
  agent: ["mcpctl create agent reviewer --llm gpt -p alpha --from-file systemPrompt=reviewer.md"],
  personality: ["mcpctl create personality strict --agent reviewer --prompts style --prompts tone:8"],
  rbac: [
    "mcpctl create rbac research --subjects Group:research --bindings run:llms:gpt --bindings view:projects",
    "mcpctl create rbac operators --subjects User:ada --operations logs --operations backup",
  ],
};
