import type { z } from 'zod';
import { didYouMean } from './nearest.ts';
import type { Parsed, Section } from './parse.ts';
import type { Problem } from './problem.ts';
import {
  administratorsSection,
  clientSection,
  databaseSection,
  embeddedSection,
  SECTION_NAMES,
  type SectionName,
  type ServerSettings,
  type Settings,
  serverSection,
  shapes,
  webSection,
} from './schema.ts';
import { isOpenToNetwork } from './values.ts';

type Checked = { readonly settings: Settings | undefined; readonly problems: readonly Problem[] };

type Shaped = keyof typeof shapes;

/** Sections to settings, with every problem that the lines and the schema show. Paths are left as written. */
export function checkSettings(parsed: Parsed): Checked {
  const problems: Problem[] = [...parsed.problems, ...unknownNames(parsed)];
  const look = new Look(parsed, problems);
  const server = look.at('server', serverSection);
  const database = look.isFilled('database') ? look.at('database', databaseSection) : undefined;
  const client = look.at('client', clientSection);
  const web = look.at('web', webSection);
  const embedded = look.at('embedded', embeddedSection);
  const administrators = look.administrators();
  if (server !== undefined && server.commands === server.feed) {
    const line = parsed.sections.get('server')?.entries.get('feed')?.line;
    const message = `"${server.feed}" is the address of commands too; write another port`;
    problems.push({ line, section: 'server', key: 'feed', message });
  }
  if (server?.encryption === 'off') problems.push(...openAddresses(parsed, server), ...openFeed(parsed, server));
  if (problems.length > 0 || !server || !client || !web || !embedded || !administrators) {
    return { settings: undefined, problems };
  }
  const { folder, binFolder } = embedded;
  const settings = {
    server,
    database,
    administrators,
    client: { servers: client.server, timeoutMs: client.timeoutMs },
    web,
    embedded: { folder, binFolder: binFolder === '' ? undefined : binFolder },
  };
  return { settings, problems };
}

class Look {
  readonly #parsed: Parsed;
  readonly #problems: Problem[];

  constructor(parsed: Parsed, problems: Problem[]) {
    this.#parsed = parsed;
    this.#problems = problems;
  }

  /** A bare `[database]` line, as in the example, does not ask for another database. */
  isFilled(name: Shaped): boolean {
    return (this.#parsed.sections.get(name)?.entries.size ?? 0) > 0;
  }

  at<Schema extends z.ZodType>(name: Shaped, schema: Schema): z.output<Schema> | undefined {
    const section = this.#parsed.sections.get(name);
    const written = Object.keys(shapes[name]).flatMap((key) => {
      const entry = section?.entries.get(toFileKey(key));
      return entry === undefined ? [] : [[key, entry.value] as const];
    });
    const result = schema.safeParse(Object.fromEntries(written));
    if (result.success) return result.data;
    const found = result.error.issues.map((issue) => toProblem(name, section, issue));
    this.#problems.push(...found.filter((problem) => !this.#isKnownBad(problem)));
    return undefined;
  }

  /** A line that could not be read is not missing as well. */
  #isKnownBad({ section, key }: Problem): boolean {
    return this.#parsed.problems.some((other) => other.section === section && other.key === key);
  }

  administrators(): ReadonlyMap<string, string> | undefined {
    const section = this.#parsed.sections.get('administrators');
    const written = [...(section?.entries ?? [])].map(([name, entry]) => [name, entry.value] as const);
    const result = administratorsSection.safeParse(new Map(written));
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.#problems.push(toProblem('administrators', section, issue));
    return undefined;
  }
}

function toProblem(name: SectionName, section: Section | undefined, issue: z.core.$ZodIssue): Problem {
  const key = toFileKey(String(issue.path[0]));
  const line = section?.entries.get(key)?.line;
  const isMissing = name !== 'administrators' && line === undefined && issue.code === 'invalid_type';
  if (!isMissing) return { line: line ?? section?.line, section: name, key, message: issue.message };
  return { line: section?.line, section: name, key, message: `is missing; write "${key} = …" in this section` };
}

/** Plain sockets belong to this machine alone. */
function openAddresses({ sections }: Parsed, server: ServerSettings): Problem[] {
  const section = sections.get('server');
  const open = (['commands', 'feed'] as const).filter((key) => isOpenToNetwork(server[key]));
  return open.map((key) => {
    const message =
      `"${server[key]}" is reached from the network, and with encryption = off everyone there could read and change ` +
      'what is sent; write "encryption = curve", or an address of this machine alone like tcp://127.0.0.1:5555';
    return { line: section?.entries.get(key)?.line, section: 'server', key, message };
  });
}

/** Readers of the feed are known by their keys, which plain sockets have not. */
function openFeed({ sections }: Parsed, { viewers }: ServerSettings): Problem[] {
  if (viewers === 'anyone') return [];
  const line = sections.get('server')?.entries.get('viewers')?.line;
  const message =
    'with encryption = off nobody can tell who reads the feed, so it would be open to anyone; ' +
    'write "encryption = curve", or "viewers = anyone"';
  return [{ line, section: 'server', key: 'viewers', message }];
}

function unknownNames({ sections }: Parsed): Problem[] {
  return [...sections].flatMap(([name, section]) => {
    if (name === 'administrators') return [];
    return isShaped(name) ? unknownKeys(name, section) : [unknownSection(name, section)];
  });
}

function unknownSection(name: string, { line }: Section): Problem {
  const known = SECTION_NAMES.map((section) => `[${section}]`).join(' ');
  return { line, message: `section [${name}] is unknown${didYouMean(name, SECTION_NAMES)}; the sections are ${known}` };
}

function unknownKeys(name: Shaped, { entries }: Section): Problem[] {
  const known = fileKeys(name);
  return [...entries]
    .filter(([key]) => !known.includes(key))
    .map(([key, { line }]) => ({ line, section: name, key, message: `is unknown here${hint(name, key)}` }));
}

function hint(name: Shaped, key: string): string {
  const near = didYouMean(key, fileKeys(name));
  if (near !== '') return `${near}; write a known key or remove the line`;
  const home = Object.keys(shapes)
    .filter(isShaped)
    .find((section) => fileKeys(section).includes(key));
  return home === undefined
    ? `; the keys of [${name}] are ${fileKeys(name).join(', ')}`
    : `; it belongs to [${home}]: move the line there`;
}

/** The keys of a section as they stand in the file. */
export function fileKeys(name: Shaped): string[] {
  return Object.keys(shapes[name]).map(toFileKey);
}

function isShaped(name: string): name is Shaped {
  return Object.hasOwn(shapes, name);
}

/** `queueCommandsMax` to `queue_commands_max`. */
function toFileKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
