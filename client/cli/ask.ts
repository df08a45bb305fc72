import { interrupted } from './cli-error.ts';

export interface AskOptions {
  readonly signal: AbortSignal;
}

/** Questions go to standard error, so that they are seen where the result is sent elsewhere. */
const output = process.stderr;

/** @throws CliError when the answer is Ctrl-C; so do the others. */
export async function askText(message: string, { signal }: AskOptions): Promise<string> {
  const { text } = await import('@clack/prompts');
  return unlessCancelled(
    await text({ message, signal, output, validate: (value) => (value ? undefined : 'Write something.') }),
  );
}

export async function askOptionalText(message: string, placeholder: string, { signal }: AskOptions): Promise<string> {
  const { text } = await import('@clack/prompts');
  return unlessCancelled(await text({ message, placeholder, defaultValue: '', signal, output }));
}

export async function askPassword(message: string, { signal }: AskOptions): Promise<string> {
  const { password } = await import('@clack/prompts');
  return unlessCancelled(
    await password({ message, signal, output, validate: (value) => (value ? undefined : 'Write the password.') }),
  );
}

export async function askYes(message: string, { signal }: AskOptions): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  return unlessCancelled(await confirm({ message, initialValue: false, signal, output }));
}

export interface KeyChoice {
  /** The key to press. */
  readonly value: string;
  readonly label: string;
}

export async function askKey(message: string, options: readonly KeyChoice[], { signal }: AskOptions): Promise<string> {
  const { selectKey } = await import('@clack/prompts');
  return unlessCancelled(await selectKey({ message, options: [...options], signal, output }));
}

export async function askChoice(message: string, choices: readonly string[], { signal }: AskOptions): Promise<string> {
  const { select } = await import('@clack/prompts');
  const options = choices.map((value) => ({ value, label: value }));
  return unlessCancelled(await select({ message, options, signal, output }));
}

function unlessCancelled<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (typeof answer === 'symbol') throw interrupted();
  return answer as Exclude<Answer, symbol>;
}
