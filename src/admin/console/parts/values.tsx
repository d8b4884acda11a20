/** The values of a user, which are personal data: shown to whoever asks for them. */
import { useState } from 'preact/hooks';
import type { UserDetail } from '../../api/routes/user.ts';
import { calls } from '../calls.ts';
import { useAction } from '../hooks/use-action.ts';
import { Json } from './json.tsx';
import { Section } from './page.tsx';

export function Values({ id }: { readonly id: string }) {
  const [values, setValues] = useState<UserDetail['values']>();
  const { isBusy, run } = useAction();
  const toggle = (): void => {
    if (values) return setValues(undefined);
    run(async () => {
      const read = await calls.readValues(id);
      setValues(read.values ?? {});
      return 'Values are shown.';
    }, 'heard');
  };
  return (
    <Section
      title="Values"
      aside={
        <button type="button" disabled={isBusy} aria-expanded={values !== undefined} onClick={toggle}>
          {values ? 'Hide values' : 'Show values'}
        </button>
      }
    >
      {values ? (
        <div class="beside">
          <Json title="SCIM user" value={values.user ?? {}} />
          <Json title="Lead, as Salesforce was told last" value={values.leadFields ?? {}} />
        </div>
      ) : (
        <p class="quiet">The SCIM user and the Lead fields with their values: personal data.</p>
      )}
    </Section>
  );
}
