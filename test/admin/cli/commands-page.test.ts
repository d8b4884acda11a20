/** docs/commands.md holds what the program has: each command, argument and option, and nothing else. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram, withSubcommands } from '../../../src/admin/cli/program.ts';
import { processShell } from '../../../src/admin/cli/shell.ts';
import { ACCESS_KEYS } from '../../../src/service-access.ts';

const page = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text) => [/^`([^`]+)`/.exec(text)?.[1]?.split(/ (?=[<[])/)[0] ?? '', text] as const),
);

const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
const commands = withSubcommands(createProgram(processShell())).filter(
  (command) => command.parent && command.commands.length === 0,
);

describe('docs/commands.md', () => {
  it('has a section for each command and no others', () => {
    expect([...sections.keys()].sort()).toEqual(commands.map(pathOf).sort());
  });

  it.each(commands.map((command) => [pathOf(command), command] as const))('names what %s takes', (path, command) => {
    const section = sections.get(path) ?? '';
    const shared = page.split(/^### /m)[0] ?? '';
    const isOnCall = command.options.some(({ long }) => long === '--url');
    const flags = command.options.map(({ flags: one }) => one).filter((one) => !isOnCall || !/^--(url|json)/.test(one));
    expect(flags.filter((one) => !section.includes(`\`${one}\``))).toEqual([]);
    if (isOnCall) expect(shared).toMatch(/`--url <url>`[^]*`--json`/);
    const usage = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
    expect(section.split('\n')[0]).toBe(`\`${[path, ...usage].join(' ')}\``);
    const named = [...section.matchAll(/^\| `(--[\w-]+)/gm)].map(([, option]) => option);
    const known = command.options.map(({ long }) => long);
    expect(named.filter((one) => !known.includes(one))).toEqual([]);
  });

  it.each(ACCESS_KEYS)('tells of %s', (key) => expect(page).toContain(`\`${key}\``));
});
