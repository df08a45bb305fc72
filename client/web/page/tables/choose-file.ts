import { asAdministrator } from '../people/login-request.ts';
import { importFile } from './dialogs.ts';

/** What the browser's dialog offers first. */
const accepted = '.csv,.tsv,.txt,.json,.ndjson,.jsonl';

/** Lets a file be chosen, and shows what importing it would do. */
export function chooseFile(table?: string): void {
  asAdministrator('to import a file', () => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accepted;
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file !== undefined) importFile(file, table);
    });
    input.click();
  });
}
