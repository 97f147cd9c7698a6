/** Scripts for four shells. Each asks `mcpctl __complete` what may follow, so that they never grow old. */
import { usage } from "../failure.ts";
import { one, verb } from "../verb.ts";

const bash = `# mcpctl completion for bash. Put into ~/.bashrc: source <(mcpctl completion bash)
_mcpctl() {
  local IFS=$'\\n' i word last prefix="" breaks="" words=() rest="\${COMP_LINE:0:COMP_POINT}"
  # bash takes words apart at \`=\` and \`:\`; what no blank separates belongs together.
  rest="\${rest#"\${COMP_WORDS[0]}"}"
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ "$rest" == [[:blank:]]* || \${#words[@]} -eq 0 ]]; then
      words+=("$word")
      rest="\${rest#"\${rest%%[![:blank:]]*}"}"
    else words[\${#words[@]}-1]+="$word"; fi
    rest="\${rest#"$word"}"
  done
  last="\${words[\${#words[@]}-1]}"
  # It completes what follows the last of them, and so do the answers.
  [[ "$COMP_WORDBREAKS" == *=* ]] && breaks+="="
  [[ "$COMP_WORDBREAKS" == *:* ]] && breaks+=":"
  [[ -n "$breaks" && "$last" == *["$breaks"]* ]] && prefix="\${last%"\${last##*["$breaks"]}"}"
  COMPREPLY=($(mcpctl __complete -- "\${words[@]}" 2>/dev/null | cut -f1))
  if [[ "\${COMPREPLY[0]}" == ":files" ]]; then
    COMPREPLY=($(compgen -f -- "\${last#"$prefix"}"))
    compopt -o filenames 2>/dev/null
    return
  fi
  COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
  [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *[=/.] ]] && compopt -o nospace 2>/dev/null
}
complete -F _mcpctl mcpctl
`;

const zsh = `#compdef mcpctl
# mcpctl completion for zsh. Put into ~/.zshrc: source <(mcpctl completion zsh)
_mcpctl() {
  local -a lines entries
  local line
  lines=("\${(@f)$(mcpctl __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == ":files" ]]; then _files; return; fi
  for line in $lines; do [[ -n "$line" ]] && entries+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); done
  if [[ \${#lines} -eq 1 && "\${lines[1]%%$'\\t'*}" == *[=/.] ]]; then _describe 'mcpctl' entries -S ''
  else _describe 'mcpctl' entries; fi
}
compdef _mcpctl mcpctl
`;

const fish = `# mcpctl completion for fish: mcpctl completion fish > ~/.config/fish/completions/mcpctl.fish
function __mcpctl_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (mcpctl __complete -- $words[2..-1] 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found
    end
end
complete -c mcpctl -f -a '(__mcpctl_complete)'
`;

const powershell = `# mcpctl completion for PowerShell. Put into $PROFILE: mcpctl completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName mcpctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($wordToComplete -eq '') { $words += '' }
    mcpctl __complete -- @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
        $value, $about = $_ -split "\`t", 2
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish, powershell };

export default verb({
  about: "Print a completion script for a shell.",
  examples: ["source <(mcpctl completion bash)", "mcpctl completion fish > ~/.config/fish/completions/mcpctl.fish"],
  args: { shell: one("bash, zsh, fish or powershell.", { from: "words", words: Object.keys(scripts) }) },
  flags: {},
  forms: [],
  async run({ shell }, { io }) {
    const script = scripts[shell];
    if (!script)
      throw usage(`There is no completion for "${shell}".`, `Supported shells: ${Object.keys(scripts).join(", ")}.`);
    await io.out(script);
  },
});
