/** Completion for bash, 3.2 of macOS included: no associative arrays, nothing of bash-completion. */
import type { Completable } from './completable.ts';

export function bashScript(program: string, commands: readonly Completable[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const below = commands.map(({ path }) => path).filter((path) => path !== '');
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values: words }) =>
      words
        ? [
            arm(
              names.map((one) => `${path} ${one}`),
              words,
            ),
          ]
        : [],
    ),
  );
  const words = commands.map(({ path, commands: names, options, choices }) =>
    arm([path], [...names.map((one) => one.name), ...choices, ...options.flatMap((one) => one.names)]),
  );
  return `# ${program} completion for bash
${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${below.map(quote).join(' | ')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path $previous" in
${values.join('\n')}
    *)
      case "$path" in
${words.join('\n')}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F ${name} ${program}
`;
}

const arm = (patterns: readonly string[], words: readonly string[]): string =>
  `    ${patterns.map(quote).join(' | ')}) words=${quote(words.join(' '))} ;;`;

/** Names of commands and options hold no quotes. */
const quote = (text: string): string => `'${text}'`;
