/** The log-in: with the credentials of the admin API. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { calls, type SessionAnswer } from '../calls.ts';
import type { RequestFailed } from '../client.ts';
import { readForm } from '../form.ts';
import { toFailure } from '../hooks/use-load.ts';
import { Failure } from '../parts/page.tsx';

interface Props {
  readonly onLogIn: (answer: SessionAnswer) => void;
}

export const LogIn = ({ onLogIn }: Props) => (
  <main class="log-in">
    <Form onLogIn={onLogIn}>
      <h1>scim-salesforce</h1>
    </Form>
  </main>
);

/** @param name of whoever was logged in: the page behind it is theirs, and stays as it is meanwhile */
export function LogInAgain({ name, onLogIn }: Props & { readonly name: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // The browser gives the focus back to what had it, but not when the dialog is only removed.
    return () => shown?.close();
  }, []);
  // It cannot be put away: a browser obeys the second Escape even if the first was refused.
  const stay = (): void => {
    if (dialog.current?.isConnected) dialog.current.showModal();
  };
  return (
    <dialog
      ref={dialog}
      class="covering"
      aria-label="Log in again"
      aria-describedby="why-again"
      onCancel={(event) => event.preventDefault()}
      onClose={stay}
    >
      <Form onLogIn={onLogIn}>
        <h2>Log in again</h2>
        <p id="why-again" class="notice held">
          The session has ended. Log in again as {name} to go on where you were.
        </p>
      </Form>
    </dialog>
  );
}

function Form({ onLogIn, children }: Props & { readonly children: ComponentChildren }) {
  const [failure, setFailure] = useState<RequestFailed>();
  const [isBusy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const before = document.title;
    document.title = 'Log in · scim-salesforce';
    first.current?.focus();
    return () => {
      document.title = before;
    };
  }, []);
  const submit = (event: SubmitEvent): void => {
    const field = readForm(event);
    setBusy(true);
    setFailure(undefined);
    calls
      .logIn(field('username'), field('password'))
      .then(onLogIn, (error: unknown) => setFailure(toFailure(error)))
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit}>
      {children}
      <Failure failure={failure} />
      <label>
        User name
        <input ref={first} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} />
      </label>
      <label>
        Password
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <p class="quiet">The credentials of the admin API. With a token: no user name, the token as password.</p>
      <button type="submit" class="primary" disabled={isBusy}>
        Log in
      </button>
    </form>
  );
}
