/** A button that asks before it acts. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { readForm } from '../form.ts';

interface Props {
  readonly label: string;
  /** Read with the button, e.g. which row it is of. */
  readonly of?: string;
  readonly question: string;
  /** What the button of the dialog says. */
  readonly confirm: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  /** Fields of the dialog's form. */
  readonly children?: ComponentChildren;
  readonly onConfirm: (field: (name: string) => string) => void;
}

export function ConfirmButton({ label, of, question, confirm, isDanger, isDisabled, children, onConfirm }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const isConfirmed = useRef(false);
  const open = (): void => {
    isConfirmed.current = false;
    dialog.current?.showModal();
  };
  const close = (): void => dialog.current?.close();
  const submit = (event: SubmitEvent): void => {
    const field = readForm(event);
    isConfirmed.current = true;
    close();
    onConfirm(field);
  };
  // What was typed for an action that then fails is there for the next attempt.
  const forget = (): void => {
    if (!isConfirmed.current) form.current?.reset();
  };
  return (
    <>
      <button type="button" class={isDanger ? 'danger' : undefined} disabled={isDisabled} onClick={open}>
        {label}
        {of !== undefined && <span class="unseen"> {of}</span>}
      </button>
      <dialog ref={dialog} aria-label={label} onClose={forget}>
        <form ref={form} onSubmit={submit}>
          <p>{question}</p>
          {children}
          <div class="buttons">
            <button type="button" onClick={close}>
              Cancel
            </button>
            <button type="submit" class={isDanger ? 'danger' : 'primary'}>
              {confirm}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
