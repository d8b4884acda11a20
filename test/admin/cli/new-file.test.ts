import { createWriteStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from '@jest/globals';
import { makeFile } from '../../../src/admin/cli/new-file.ts';
import { newFolder } from '../../support/process.ts';

const advice = 'name another file';

describe('a file that a command makes', () => {
  it('is there when it is whole', async () => {
    const path = join(newFolder(), 'file');
    await makeFile(path, { advice }, async (partial) => {
      writeFileSync(partial, 'whole');
      expect(existsSync(path)).toBe(false);
    });
    expect(readFileSync(path, 'utf8')).toBe('whole');
  });

  it('leaves nothing behind, and what was there as it was, when Ctrl-C ends the command', async () => {
    const folder = newFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    async function* lines(): AsyncGenerator<string> {
      for (let line = 0; ; line += 1) {
        if (line === 10) process.emit('SIGINT');
        yield `${line}\n`;
      }
    }
    const making = makeFile(path, { advice, force: true }, (partial, signal) =>
      pipeline(lines(), createWriteStream(partial), { signal }),
    );
    await expect(making).rejects.toThrow(`${path} was not made: stopped`);
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('is not made by a command that cannot be stopped in the middle either', async () => {
    const folder = newFolder();
    const making = makeFile(join(folder, 'file'), { advice }, async () => void process.emit('SIGTERM'));
    await expect(making).rejects.toThrow('was not made: stopped');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tells what kept it from being made', async () => {
    await expect(makeFile(join(newFolder(), 'no', 'file'), { advice }, async () => undefined)).rejects.toThrow(
      'ENOENT',
    );
  });
});
