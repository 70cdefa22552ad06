import { Button, NativeSelect, NumberInput, TextInput, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { CATEGORIES, categoryName } from '@/shared/abuse';
import { formatBytes } from '@/shared/bytes';
import { useSession } from '@/shared/session';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Code } from '@/shared/ui/code';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Page, Panel } from '@/shared/ui/page';
import { sendReport, type NewReport } from './reports-api';

const EVIDENCE_BYTES_MAX = 1_000_000;
const EVIDENCE_COUNT_MAX = 4;

/** Tells the moderators of something that came from the co-op's network: member or not, with a name or without. */
export default function ReportPage() {
  const { t, i18n } = useLingui();
  const session = useSession();
  const form = useFields({ category: '', address: '', port: '' as string | number, observedAt: '', description: '', url: '', reporterEmail: '' });
  const [files, setFiles] = useState<File[]>([]);
  const [tooMuch, setTooMuch] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const noContent = form.values.category === 'child_safety';
  const action = useAction<void, { id: string; followUpToken: string }>({ run: async () => sendReport(await reportOf(form.values, noContent ? [] : files)) });

  if (action.output) return <Sent id={action.output.id} token={action.output.followUpToken} />;
  const pick = (list: FileList | null) => {
    const all = [...files, ...(list ?? [])];
    const over = all.length > EVIDENCE_COUNT_MAX || all.some((file) => file.size > EVIDENCE_BYTES_MAX);
    setTooMuch(over);
    if (!over) setFiles(all);
    if (picker.current) picker.current.value = '';
  };
  return (
    <Page title={t`Report abuse`} narrow lead={<Trans>Did something bad come from one of our addresses? A moderator reads every report, and you can see what came of it.</Trans>}>
      <Panel title={t`What happened`}>
        <form className="form" onSubmit={onSubmit(() => action.run())}>
          <NativeSelect required label={t`What is it about?`} data={[{ value: '', label: t`Choose…`, disabled: true }, ...CATEGORIES.map((one) => ({ value: one, label: i18n._(categoryName(one)) }))]} {...form.text('category', action)} />
          {noContent && <Notice tone="warn" title={t`Never send pictures or videos of this kind`}><Trans>Give only the address of the page. It goes straight to the people who may deal with it.</Trans></Notice>}
          <Textarea required label={t`What did you see?`} description={t`In your own words. Log lines help.`} autosize minRows={4} maxLength={10_000} {...form.text('description', action)} />
          <div className="row">
            <TextInput label={t`From which address?`} description={t`IPv4 or IPv6, if you know it.`} placeholder="203.0.113.7" maxLength={49} {...form.text('address', action)} />
            <NumberInput label={t`Port`} description={t`Helps where many share an address.`} min={1} max={65_535} hideControls value={form.values.port} onChange={(value) => form.set('port', value)} error={action.fieldError('port')} />
          </div>
          <div className="row">
            <TextInput type="datetime-local" label={t`When?`} description={t`As exactly as you can, in your own time.`} {...form.text('observedAt', action)} />
            <TextInput type="url" label={t`A web address, if there is one`} description={t`Starts with https://`} maxLength={2000} {...form.text('url', action)} />
          </div>
          {!noContent && (
            <div>
              <input ref={picker} id="evidence" type="file" multiple className="hidden-field" tabIndex={-1} aria-label={t`Files as evidence`} onChange={(event) => pick(event.currentTarget.files)} />
              <Button variant="default" size="xs" onClick={() => picker.current?.click()}><Trans>Add files as evidence</Trans></Button>
              <small className="soft"> <Trans>Up to 4 files of 1 MB each. Only the moderator of the case can open them.</Trans></small>
              {files.length > 0 && <ul className="plain" style={{ marginTop: '0.5rem' }}>{files.map((file, at) => <li key={at} className="split"><span>{file.name} <span className="soft num">{formatBytes(file.size, i18n.locale)}</span></span><Button size="compact-xs" variant="subtle" color="gray" onClick={() => setFiles(files.filter((_, other) => other !== at))} aria-label={t`Take out ${file.name}`}><Trans>Take out</Trans></Button></li>)}</ul>}
              {tooMuch && <Notice tone="warn" live title={t`That is more than we can take`}><Trans>Up to 4 files of 1 MB each.</Trans></Notice>}
            </div>
          )}
          {session.signedIn ? <p className="soft"><Trans>You report as a member. Moderators do not see who you are, and neither does the other side.</Trans></p>
            : <TextInput type="email" label={t`Your e-mail address (optional)`} description={t`Without it you stay anonymous, and follow up by a link that only you have.`} {...form.text('reporterEmail', action)} />}
          <ProblemNotice error={action.error} />
          <div className="end"><Button type="submit" loading={action.busy}><Trans>Send the report</Trans></Button></div>
        </form>
      </Panel>
      <p className="soft"><Trans>Is your own address banned here? <Link to="/appeal">Ask why, and appeal</Link></Trans></p>
    </Page>
  );
}

async function reportOf(values: { category: string; address: string; port: string | number; observedAt: string; description: string; url: string; reporterEmail: string }, files: File[]): Promise<NewReport> {
  const observed = values.observedAt ? new Date(values.observedAt) : null;
  return {
    category: values.category,
    description: values.description.trim(),
    address: values.address.trim() || undefined,
    port: values.port === '' ? undefined : Number(values.port),
    observedAt: observed && !Number.isNaN(observed.getTime()) ? observed.toISOString() : undefined,
    url: values.url.trim() || undefined,
    reporterEmail: values.reporterEmail.trim() || undefined,
    evidence: files.length ? await Promise.all(files.map(async (file) => ({ contentType: file.type || 'application/octet-stream', contentBase64: await base64(file) }))) : undefined,
  };
}

const base64 = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''));
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });

function Sent({ id, token }: { id: string; token: string }) {
  const { t } = useLingui();
  const link = `${window.location.origin}/report/${id}#${token}`;
  return (
    <Page title={t`Thank you`} narrow lead={<Trans>A moderator will read it. This link shows you how it stands.</Trans>}>
      <Panel title={t`Your link`} lead={t`Keep it: it is the only way back, and we cannot send it again.`}>
        <Code label={t`follow-up link`}>{link}</Code>
        <div className="toolbar" style={{ marginTop: '1rem' }}><Button component={Link} to="/report/$reportId" params={{ reportId: id } as never} hash={token}><Trans>Open it now</Trans></Button></div>
      </Panel>
    </Page>
  );
}
