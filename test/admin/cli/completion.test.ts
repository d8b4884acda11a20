/** Completion as bash does it, and of scripts for other shells what is in them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { completables } from '../../../src/admin/cli/completable.ts';
import { createProgram } from '../../../src/admin/cli/program.ts';
import { processShell } from '../../../src/admin/cli/shell.ts';
import { runHere } from './support.ts';

const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
const ifThere = (shell: string) => (isThere(shell) ? describe : describe.skip);

async function scriptFile(shell: string): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'scim-completion-')), `script.${shell}`);
  writeFileSync(path, (await runHere({}, ['completion', shell])).stdout);
  return path;
}

const LINES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['st', ['status']],
  ['re', ['reconcile', 'release', 'removals', 'resume', 'retry']],
  ['lanes --state ', ['due', 'held', 'idle', 'parked']],
  ['lanes --state p', ['parked']],
  ['lanes --state parked --c', ['--class', '--code', '--cursor']],
  ['push robin --', ['--help', '--json', '--resend', '--url', '--wait']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['webhook t', ['test']],
  ['webhook test --j', ['--json']],
];

ifThere('bash')('in bash', () => {
  /** As bash calls it at a tab. */
  const ASK = `
source "$1"; shift
COMP_WORDS=(scim-salesforce "$@"); COMP_CWORD=$#
_scim_salesforce
printf '%s\\n' "\${COMPREPLY[@]}"`;

  it.each(LINES)('%j', async (line, words) => {
    const args = ['-c', ASK, 'bash', await scriptFile('bash'), ...line.split(' ')];
    const found = execFileSync('bash', args, { encoding: 'utf8' }).trim().split('\n');
    expect(found.filter((word) => word !== '-h' && (word !== '--help' || words.includes(word))).sort()).toEqual(words);
  });

  it('is asked by bash for this program, and leaves files to it where there is nothing to say', async () => {
    const args = ['-c', 'source "$1"; complete -p scim-salesforce', 'bash', await scriptFile('bash')];
    expect(execFileSync('bash', args, { encoding: 'utf8' })).toBe(
      'complete -o default -F _scim_salesforce scim-salesforce\n',
    );
  });
});

ifThere('fish')('in fish', () => {
  it.each(LINES)('%j', async (line, words) => {
    const args = [
      '--no-config',
      '-c',
      'source $argv[1]; complete -C "scim-salesforce $argv[2]"',
      await scriptFile('fish'),
      line,
    ];
    const found = execFileSync('fish', args, { encoding: 'utf8' }).trim().split('\n');
    const named = found.map((one) => one.split('\t')[0] ?? '').filter((word) => word !== '-h');
    expect(named.sort()).toEqual(expect.arrayContaining([...words]));
  });
});

ifThere('zsh')('in zsh', () => {
  it('is read, and known for this program', async () => {
    const args = ['-fc', 'autoload -U compinit; compinit -u -D; source "$1"; print $_comps[scim-salesforce]'];
    const found = execFileSync('zsh', [...args, 'zsh', await scriptFile('zsh')], { encoding: 'utf8' });
    expect(found).toBe('_scim_salesforce\n');
  });
});

describe('the script', () => {
  it.each(['bash', 'zsh', 'fish'])('for %s names every command and option', async (shell) => {
    const { stdout } = await runHere({}, ['completion', shell]);
    const words = completables(createProgram(processShell())).flatMap(({ commands, options }) => [
      ...commands.map(({ name }) => name),
      ...options.map(({ name }) => (shell === 'fish' ? `-l ${name.slice(2)}` : name)),
    ]);
    expect(words.length).toBeGreaterThan(80);
    expect(words.filter((word) => !stdout.includes(word))).toEqual([]);
  });

  it('for a shell that it does not know is refused', async () => {
    const { code, stderr } = await runHere({}, ['completion', 'tcsh']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Allowed choices are bash, zsh, fish')]);
  });
});
