/** `completion`: scripts that let a shell complete commands, options and their values, made from the program itself. */
import { Argument, Command } from 'commander';
import { completables } from './completable.ts';
import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import { zshScript } from './completion-zsh.ts';
import type { Shell } from './shell.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];

export const completionCommand = (shell: Shell): Command =>
  new Command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
bash: eval "$(scim-salesforce completion bash)" in ~/.bashrc
zsh:  source <(scim-salesforce completion zsh) in ~/.zshrc, after compinit
fish: scim-salesforce completion fish > ~/.config/fish/completions/scim-salesforce.fish`,
    )
    .action((name: keyof typeof SCRIPTS, _flags: unknown, { parent }: Command) => {
      if (parent) shell.stdout.write(SCRIPTS[name](parent.name(), completables(parent)));
    });
