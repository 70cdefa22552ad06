import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** Text to be copied whole. */
export function Code({ children, label }: { children: string; label: string }) {
  return (
    <div className="code">
      <pre tabIndex={0} aria-label={label}>{children}</pre>
      <Copy text={children} label={label} />
    </div>
  );
}

export function Copy({ text, label }: { text: string; label: string }) {
  const { t } = useLingui();
  return (
    <CopyButton value={text} timeout={2500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t`Copied` : t`Copy: ${label}`}>
          <ActionIcon variant="subtle" color={copied ? 'mesh' : 'gray'} onClick={copy} aria-label={copied ? t`Copied` : t`Copy: ${label}`}>
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
