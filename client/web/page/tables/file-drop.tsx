import { IconFileImport } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useRight } from '../people/rights.ts';
import { importFile, useDialog } from './dialogs.ts';
import classes from './file-drop.module.css';

/** Takes a file that is dropped anywhere on the page. */
export function FileDrop() {
  const [isOver, setOver] = useState(false);
  const mayTry = useRight() !== 'no';
  useEffect(() => {
    if (!mayTry) return;
    let depth = 0;
    const set = (to: number): void => {
      depth = Math.max(to, 0);
      setOver(depth > 0);
    };
    const isFree = (event: DragEvent): boolean => hasFiles(event) && useDialog.getState().dialog === undefined;
    const enter = (event: DragEvent): void => {
      if (isFree(event)) set(depth + 1);
    };
    const leave = (event: DragEvent): void => {
      if (hasFiles(event)) set(depth - 1);
    };
    // Always: a browser shows a file that is dropped in place of the page.
    const over = (event: DragEvent): void => {
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      set(0);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined && isFree(event)) importFile(file);
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop } as const;
    for (const [type, listener] of Object.entries(listeners)) addEventListener(type, listener as EventListener);
    return () => {
      for (const [type, listener] of Object.entries(listeners)) removeEventListener(type, listener as EventListener);
    };
  }, [mayTry]);
  if (!isOver) return null;
  return (
    <div className={classes.over} aria-hidden>
      <div className={classes.words}>
        <IconFileImport size={36} stroke={1.5} />
        Drop the file to see what importing it would do
      </div>
    </div>
  );
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}
