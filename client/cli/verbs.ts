import { namesFile } from './names-file.ts';
import type { Verb } from './verb.ts';

const session = 'Who you are:';
const people = 'Accounts:';
const tables = 'Tables:';
const rows = 'Rows:';
const changes = 'Changes:';
const more = 'More:';

/** What the help lists of each verb; the rest is loaded when it is used, so that the program starts quickly. */
export const clientVerbs: readonly Verb[] = [
  {
    name: 'login',
    group: session,
    summary: 'log in',
    writes: true,
    load: async () => (await import('./verbs/login.ts')).loginCommand,
  },
  {
    name: 'logout',
    group: session,
    summary: 'end the session',
    writes: true,
    load: async () => (await import('./verbs/logout.ts')).logoutCommand,
  },
  {
    name: 'status',
    group: session,
    summary: 'the server, its log and who you are to it',
    load: async () => (await import('./verbs/status.ts')).statusCommand,
  },
  {
    name: 'password',
    group: session,
    summary: 'change your own password',
    writes: true,
    load: async () => (await import('./verbs/password.ts')).passwordCommand,
  },
  {
    name: 'sessions',
    group: session,
    summary: 'who is logged in; revoke ends a session',
    writes: true,
    load: async () => (await import('./verbs/sessions.ts')).sessionsCommand,
  },
  {
    name: 'accounts',
    group: people,
    summary: 'who may do what: list, add, change or remove accounts',
    writes: true,
    load: async () => (await import('./verbs/accounts.ts')).accountsCommand,
  },
  {
    name: 'audit',
    group: people,
    summary: 'logins, refusals and changes of accounts',
    load: async () => (await import('./verbs/audit.ts')).auditCommand,
  },
  {
    name: 'tables',
    group: tables,
    summary: 'the tables, or the columns and rules of one',
    load: async () => (await import('./verbs/tables.ts')).tablesCommand,
  },
  {
    name: 'create',
    group: tables,
    summary: 'make a table',
    writes: true,
    load: async () => (await import('./verbs/create.ts')).createCommand,
  },
  {
    name: 'alter',
    group: tables,
    summary: "change a table's columns",
    writes: true,
    load: async () => (await import('./verbs/alter.ts')).alterCommand,
  },
  {
    name: 'drop',
    group: tables,
    summary: 'take a table away; its changes stay in the log',
    writes: true,
    load: async () => (await import('./verbs/drop.ts')).dropCommand,
  },
  {
    name: 'list',
    group: rows,
    summary: 'the rows of a table',
    load: async () => (await import('./verbs/list.ts')).listCommand,
  },
  {
    name: 'search',
    group: rows,
    summary: 'the rows that hold a text',
    load: async () => (await import('./verbs/search.ts')).searchCommand,
  },
  {
    name: 'get',
    group: rows,
    summary: 'one row, with its version and who made it so',
    load: async () => (await import('./verbs/get.ts')).getCommand,
  },
  {
    name: 'insert',
    group: rows,
    summary: 'add a row',
    writes: true,
    load: async () => (await import('./verbs/insert.ts')).insertCommand,
  },
  {
    name: 'update',
    group: rows,
    summary: 'change cells of a row',
    writes: true,
    load: async () => (await import('./verbs/update.ts')).updateCommand,
  },
  {
    name: 'upsert',
    group: rows,
    summary: 'add a row, or change it when its key is there',
    writes: true,
    load: async () => (await import('./verbs/upsert.ts')).upsertCommand,
  },
  {
    name: 'delete',
    group: rows,
    summary: 'take a row away; its history stays',
    writes: true,
    load: async () => (await import('./verbs/delete.ts')).deleteCommand,
  },
  {
    name: 'undelete',
    group: rows,
    summary: 'bring a deleted row back, as it was',
    writes: true,
    load: async () => (await import('./verbs/undelete.ts')).undeleteCommand,
  },
  {
    name: 'erase',
    group: rows,
    summary: 'delete for good what the sealed cells of a row hold',
    writes: true,
    load: async () => (await import('./verbs/erase.ts')).eraseCommand,
  },
  {
    name: 'import',
    group: rows,
    summary: 'bring a file of rows into a table: CSV, NDJSON or JSON',
    writes: true,
    load: async () => (await import('./verbs/import.ts')).importCommand,
  },
  {
    name: 'web',
    group: changes,
    summary: 'the page: tables, their past and the feed in a browser',
    writes: true,
    load: async () => (await import('./verbs/web.ts')).webCommand,
  },
  {
    name: 'watch',
    group: changes,
    summary: 'a table, and then every change the moment it is made',
    load: async () => (await import('./verbs/watch.ts')).watchCommand,
  },
  {
    name: 'play',
    group: changes,
    summary: 'the past once more, at its own pace or faster, and on into the present',
    load: async () => (await import('./verbs/play.ts')).playCommand,
  },
  {
    name: 'history',
    group: changes,
    summary: 'every version of a row, or every value of a cell',
    load: async () => (await import('./verbs/history.ts')).historyCommand,
  },
  {
    name: 'blame',
    group: changes,
    summary: 'who last set each cell, when and why',
    load: async () => (await import('./verbs/blame.ts')).blameCommand,
  },
  {
    name: 'diff',
    group: changes,
    summary: 'what is different between two points of the past',
    load: async () => (await import('./verbs/diff.ts')).diffCommand,
  },
  {
    name: 'apply',
    group: changes,
    summary: 'do here what a diff says was done elsewhere',
    writes: true,
    load: async () => (await import('./verbs/apply.ts')).applyCommand,
  },
  {
    name: 'log',
    group: changes,
    summary: 'the log of changes, from any place on',
    load: async () => (await import('./verbs/log.ts')).logCommand,
  },
  {
    name: 'revert',
    group: changes,
    summary: 'take changes back, as new changes; also what was deleted',
    writes: true,
    load: async () => (await import('./verbs/revert.ts')).revertCommand,
  },
  {
    name: 'tag',
    group: changes,
    summary: 'name a point of the log, for ever',
    writes: true,
    load: async () => (await import('./verbs/tag.ts')).tagCommand,
  },
  {
    name: 'tags',
    group: changes,
    summary: 'the points of the log that have a name',
    load: async () => (await import('./verbs/tags.ts')).tagsCommand,
  },
  {
    name: 'export',
    group: changes,
    summary: 'a table, a query or the log as a file',
    load: async () => (await import('./verbs/export.ts')).exportCommand,
  },
  {
    name: 'verify',
    group: changes,
    summary: 'read the whole log again and hold it against what was signed',
    needsNoServer: namesFile,
    load: async () => {
      const { verifyCommand } = await import('./verbs/verify.ts');
      return (context) => verifyCommand(context);
    },
  },
  {
    name: 'sample',
    group: more,
    summary: 'make a table to try things on',
    writes: true,
    load: async () => (await import('./verbs/sample.ts')).sampleCommand,
  },
];
