import { Button, Modal, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { fieldError, problemOf } from '../problem';
import { fieldText } from '../problem-texts';
import { ProblemNotice } from './notice';

/** One act on the server: knows whether it runs, what it refused, and which lists it makes stale. */
export function useAction<I, O = void>({ run, refresh = [], said, done }: {
  run: (input: I) => Promise<O>;
  refresh?: QueryKey[];
  said?: (output: O, input: I) => string;
  done?: (output: O, input: I) => void;
}) {
  const { t } = useLingui();
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: run,
    onSuccess: async (output, input) => {
      if (said) notifications.show({ message: said(output, input), color: 'mesh', autoClose: 6_000, closeButtonProps: { 'aria-label': t`Close` } });
      done?.(output, input);
      await Promise.all(refresh.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
  return {
    run: mutation.mutate,
    busy: mutation.isPending,
    error: mutation.error,
    output: mutation.data,
    reset: mutation.reset,
    fieldError: (field: string) => {
      const wrong = mutation.error && fieldError(problemOf(mutation.error), field);
      return wrong ? fieldText(wrong) : undefined;
    },
  };
}

/** The values of a form by name. */
export function useFields<T extends object>(initial: T) {
  const [values, setValues] = useState(initial);
  const set = <K extends keyof T>(name: K, value: T[K]) => setValues((before) => ({ ...before, [name]: value }));
  /** For text fields: value, name, and what the server says of the field. */
  const text = <K extends keyof T & string>(name: K, action?: { fieldError: (field: string) => string | undefined }, field: string = name) => ({
    name,
    value: values[name] as string,
    onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value as T[K]),
    error: action?.fieldError(field),
  });
  return { values, set, text, reset: () => setValues(initial) };
}

export const onSubmit = (send: () => void) => (event: FormEvent) => {
  event.preventDefault();
  send();
};

/**
 * A button that opens a form in a dialogue; the form lives as long as the dialogue is open. {@code gone} takes the button
 * away and leaves an open dialogue: what was done may end the reason for the button, and is still told.
 */
export function DialogButton({ gone, label, title, icon, color, variant = 'default', size = 'sm', wide, children }: {
  gone?: boolean;
  label: ReactNode;
  title: string;
  icon?: ReactNode;
  color?: string;
  variant?: string;
  size?: string;
  wide?: boolean;
  children: (close: () => void) => ReactNode;
}) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      {!gone && <Button variant={variant} color={color} size={size} leftSection={icon} onClick={() => setOpen(true)}>{label}</Button>}
      {/* The dialogue's head is a plain one: Mantine's would be a second banner of the page. */}
      <Modal.Root opened={open} onClose={close} size={wide ? 'lg' : 'md'} centered>
        <Modal.Overlay backgroundOpacity={0.45} />
        <Modal.Content radius="lg">
          <Modal.Body>
            <div className="dialog-head"><Modal.Title>{title}</Modal.Title><Modal.CloseButton aria-label={t`Close`} /></div>
            {open && children(close)}
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}

/** An act that wants a reason: says what will happen, asks why, does it. */
export function ReasonButton({ label, title, explain, confirm, run, refresh, said, color, variant, size, optional, icon, extra }: {
  label: ReactNode;
  title: string;
  explain: ReactNode;
  confirm: string;
  run: (reason: string) => Promise<unknown>;
  refresh?: QueryKey[];
  said?: string;
  color?: string;
  variant?: string;
  size?: string;
  optional?: boolean;
  icon?: ReactNode;
  extra?: ReactNode;
}) {
  return (
    <DialogButton label={label} title={title} color={color} variant={variant} size={size} icon={icon}>
      {(close) => <ReasonForm {...{ explain, confirm, run, refresh, said, color, optional, extra, close }} />}
    </DialogButton>
  );
}

function ReasonForm({ explain, confirm, run, refresh, said, color, optional, extra, close }: {
  explain: ReactNode;
  confirm: string;
  run: (reason: string) => Promise<unknown>;
  refresh?: QueryKey[];
  said?: string;
  color?: string;
  optional?: boolean;
  extra?: ReactNode;
  close: () => void;
}) {
  const { t } = useLingui();
  const [reason, setReason] = useState('');
  const action = useAction({ run: (why: string) => run(why), refresh, said: said ? () => said : undefined, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(reason.trim()))}>
      <div>{explain}</div>
      {extra}
      <Textarea
        label={optional ? t`Reason (optional)` : t`Reason`}
        description={t`Kept in the record; the member can read it.`}
        required={!optional}
        autosize
        minRows={2}
        maxLength={2000}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={action.fieldError('reason')}
      />
      <ProblemNotice error={action.error} />
      <div className="end">
        <Button variant="default" onClick={close}><Trans>Cancel</Trans></Button>
        <Button type="submit" color={color} loading={action.busy} disabled={!optional && reason.trim() === ''}>{confirm}</Button>
      </div>
    </form>
  );
}
