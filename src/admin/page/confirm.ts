import { byId } from './dom.js';

/** Asks the operator whether to do it. */
export function confirmed(title: string, text: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>('confirm');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  return new Promise((resolve) => {
    const stop = new AbortController();
    const { signal } = stop;
    dialog.addEventListener(
      'close',
      () => {
        stop.abort();
        resolve(dialog.returnValue === 'yes');
      },
      { signal },
    );
    byId('confirm-yes').addEventListener('click', () => dialog.close('yes'), { signal });
    byId('confirm-no').addEventListener('click', () => dialog.close('no'), { signal });
    // Escape closes it without a value.
    dialog.returnValue = 'no';
    dialog.showModal();
  });
}
