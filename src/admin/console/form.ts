/** What somebody has put into a form. */
type Fields = (name: string) => string;

/** The form is not sent by the browser: the console does something with its texts. */
export function readForm(event: SubmitEvent): Fields {
  event.preventDefault();
  // It is the form's own event.
  const form = new FormData(event.currentTarget as HTMLFormElement);
  return (name) => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
  };
}
