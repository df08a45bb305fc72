/** One thing that is wrong in a settings file. `line` counts from 1; without it the whole file is meant. */
export type Problem = {
  readonly line?: number | undefined;
  readonly section?: string | undefined;
  readonly key?: string | undefined;
  /** What is wrong and what to write instead. Never holds the value of a secret. */
  readonly message: string;
};

/** The settings cannot be used. The message lists every problem, one a line, as `file:line: [section] key: reason`. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const ordered = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    super(ordered.map((problem) => describe(file, problem)).join('\n'));
    this.file = file;
    this.problems = ordered;
  }
}

function describe(file: string, { line, section, key, message }: Problem): string {
  const place = [line === undefined ? `${file}:` : `${file}:${line}:`];
  if (section !== undefined) place.push(`[${section}]`);
  if (key !== undefined) place.push(`${key}:`);
  return [...place, message].join(' ');
}
