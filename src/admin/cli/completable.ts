/** What a shell can complete: the commands of the program, with their options and the words that these take. */
import type { Command, Option } from 'commander';

/** One command as a shell sees it. */
export interface Completable {
  /** Names from below the program, e.g. `webhook test`; empty for the program. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly CompletableOption[];
  /** Words that its first argument can be. */
  readonly choices: readonly string[];
}

interface Word {
  readonly name: string;
  readonly summary: string;
}

interface CompletableOption extends Word {
  /** With dashes. */
  readonly names: readonly string[];
  /** Absent when it takes none; empty when it may be anything. */
  readonly values?: readonly string[];
}

/** The program first, then each command before those below it. */
export function completables(command: Command, path: readonly string[] = []): readonly Completable[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  return [
    {
      path: path.join(' '),
      commands: below.map((one) => ({ name: one.name(), summary: one.description() })),
      options: help.visibleOptions(command).map(toOption),
      choices: command.registeredArguments[0]?.argChoices ?? [],
    },
    ...below.flatMap((one) => completables(one, [...path, one.name()])),
  ];
}

const toOption = ({ short, long, description, argChoices, required, optional }: Option): CompletableOption => {
  const names = [long, short].filter((name) => name !== undefined);
  const takesValue = required || optional;
  return { name: names[0] ?? '', names, summary: description, ...(takesValue && { values: argChoices ?? [] }) };
};
