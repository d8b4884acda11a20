/** Completion for fish: one line for each thing that can be completed. */
import type { Completable } from './completable.ts';

export function fishScript(program: string, commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ path, commands: below, options, choices }) => {
    const when = `complete -c ${program} -n ${quote(
      condition(
        path,
        below.map(({ name }) => name),
      ),
    )}`;
    return [
      ...below.map(({ name, summary }) => `${when} -f -a ${quote(name)} -d ${quote(summary)}`),
      ...choices.map((choice) => `${when} -f -a ${quote(choice)}`),
      ...options.map(({ names, summary, values }) => {
        const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
        const value = values === undefined ? '' : values.length === 0 ? ' -r' : ` -x -a ${quote(values.join(' '))}`;
        return `${when} ${flags.join(' ')}${value} -d ${quote(summary)}`;
      }),
    ];
  });
  return `# ${program} completion for fish\n${lines.join('\n')}\n`;
}

/** This command was named, and none below it. */
function condition(path: string, below: readonly string[]): string {
  const named = path
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => `__fish_seen_subcommand_from ${name}`);
  const none = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`];
  return [...named, ...none].join('; and ');
}

const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
