import { describe, expect, it } from 'vitest';
import { buildProgram, namedVerb } from '../../../client/cli/program.ts';
import { clientVerbs } from '../../../client/cli/verbs.ts';

async function helpOf(name: string, width = 80): Promise<string> {
  let help = '';
  const output = {
    getOutHelpWidth: () => width,
    writeOut: (text: string): void => {
      help += text;
    },
  };
  const program = await buildProgram([name, '--help'], {
    verbs: clientVerbs,
    usage: 'rowcast',
    output,
    open: () => Promise.reject(new Error('help opens nothing')),
  });
  await program.parseAsync([name, '--help'], { from: 'user' }).catch(() => undefined);
  return help;
}

describe('the program', () => {
  it('finds its verb wherever the options stand', () => {
    expect(namedVerb(['--server', 'a:1', 'list', 'employees'])).toBe('list');
    expect(namedVerb(['--json', 'list'])).toBe('list');
    expect(namedVerb(['help', 'list'])).toBe('list');
    expect(namedVerb(['--help'])).toBeUndefined();
  });

  it.each(clientVerbs.map(({ name }) => name))('%s has an example in its help', async (name) => {
    expect(await helpOf(name)).toContain(`npx rowcast ${name}`);
  });

  it.each(clientVerbs.map(({ name }) => name))(
    'the help of %s fits the terminal, but for its examples',
    async (name) => {
      const [text = ''] = (await helpOf(name, 72)).split(/^Examples?:/m);
      expect(text.split('\n').filter((line) => line.length > 72)).toEqual([]);
    },
  );

  it('an example that begins with another program stays as it is', async () => {
    const help = await helpOf('import');
    expect(help).toMatch(/^ {2}curl -s \S+ \| npx rowcast import - people/m);
    expect(help).not.toContain('npx rowcast curl');
  });

  it('help goes on below the text of a list', async () => {
    const rules = /^ {2}rules COLUMN RULE… {4}(.*\n {24}\S.*)+$/m;
    expect(await helpOf('alter', 72)).toMatch(rules);
  });
});
