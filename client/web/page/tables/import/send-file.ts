import { pathOf } from '../../api/lines.ts';
import { heard } from '../../api/login-end.ts';
import { cut, GatewayProblem, type ProblemBody, problemIn, unreachable } from '../../api/problem.ts';
import { type ImportChoices, type ImportPreview, type ImportProgress, importQuery } from './preview.ts';

interface Options {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
}

interface Line {
  readonly progress?: ImportProgress;
  readonly import?: ImportPreview;
  readonly error?: ProblemBody;
}

/**
 * Sends a file to be read and held against its table. Not by fetch, which does not tell how much of a body has gone.
 * @throws GatewayProblem
 */
export function sendFile(file: File, choices: ImportChoices, { signal, onProgress }: Options): Promise<ImportPreview> {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    asked.open('POST', pathOf('/api/import', importQuery(choices, file.name)));
    asked.setRequestHeader('x-rowcast', '1');
    asked.setRequestHeader('content-type', 'application/octet-stream');
    let read = 0;
    const lines = (): Line[] => {
      const end = asked.responseText.lastIndexOf('\n') + 1;
      const fresh = asked.responseText.slice(read, end);
      read = Math.max(read, end);
      return fresh.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
    };
    let preview: ImportPreview | undefined;
    const take = (): void => {
      if (asked.status !== 200) return;
      for (const line of lines()) {
        if (line.progress !== undefined) onProgress(line.progress);
        if (line.import !== undefined) preview = line.import;
        if (line.error !== undefined) reject(heard(new GatewayProblem(line.error)));
      }
    };
    asked.upload.onprogress = ({ loaded }) => onProgress({ phase: 'sending_file', done: loaded, of: file.size });
    asked.onprogress = take;
    asked.onload = () => {
      if (asked.status !== 200) return reject(heard(problemIn(asked.responseText, asked.status)));
      take();
      if (preview === undefined) reject(cut());
      else resolve(preview);
    };
    asked.onerror = () => reject(new GatewayProblem({ code: unreachable, message: 'the gateway does not answer' }));
    asked.onabort = () => reject(new DOMException('given up', 'AbortError'));
    signal.addEventListener('abort', () => asked.abort(), { once: true });
    asked.send(file);
  });
}
