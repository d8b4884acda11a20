/** Completion for zsh, with what each command and option does beside it. */
import type { Completable } from './completable.ts';

export function zshScript(program: string, commands: readonly Completable[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const below = commands.map(({ path }) => path).filter((path) => path !== '');
  return `#compdef ${program}
# ${program} completion for zsh
${name}() {
  local found="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${found:+$found }$word" in
      ${below.map(quote).join(' | ')}) found="\${found:+$found }$word" ;;
    esac
  done
  case "$found" in
${commands.map(arm).join('\n')}
  esac
}
compdef ${name} ${program}
`;
}

function arm({ path, commands, options, choices }: Completable): string {
  const depth = path === '' ? 1 : path.split(' ').length + 1;
  const specs = options.flatMap(({ names, summary, values }) => {
    const value = values === undefined ? '' : `: :${values.length === 0 ? '_files' : `(${values.join(' ')})`}`;
    return names.map((option) => quote(`${option}[${escape(summary)}]${value}`));
  });
  const arguments_ = commands.length === 0 ? [rest(choices)] : [];
  const list = commands.map(({ name, summary }) => quote(`${name}:${escape(summary)}`));
  const described = list.length === 0 ? '' : `local -a names=(${list.join(' ')}); _describe command names; `;
  return `    ${quote(path)}) shift $((${depth} - 1)) words; ((CURRENT -= ${depth} - 1)); ${described}_arguments ${[...specs, ...arguments_].join(' ')} ;;`;
}

const rest = (choices: readonly string[]): string =>
  quote(choices.length === 0 ? '*: :_files' : `*: :(${choices.join(' ')})`);

const escape = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
