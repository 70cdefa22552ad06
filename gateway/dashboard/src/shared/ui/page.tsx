import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, type ReactNode } from 'react';

/** One screen: where it stands, what it is called, what it is for, what can be done. */
export function Page({ title, lead, crumb, actions, narrow, children }: {
  title: string;
  lead?: ReactNode;
  crumb?: { to: string; label: string };
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}) {
  useEffect(() => { document.title = `${title} · Coopmesh`; }, [title]);
  return (
    <div className={narrow ? 'page narrow' : 'page'}>
      <div className="page-head">
        <div>
          {crumb && <nav className="crumbs"><Link to={crumb.to as '/'}>{crumb.label}</Link><span aria-hidden="true">/</span></nav>}
          <Title order={1}>{title}</Title>
          {lead && <div className="lead">{lead}</div>}
        </div>
        {actions && <div className="toolbar">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A titled part of a screen. */
export function Panel({ title, lead, actions, flush, tone, children }: {
  title: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  tone?: 'bad';
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={tone ? `panel ${tone}` : 'panel'} aria-labelledby={id}>
      <header>
        <div><Title order={2} id={id}>{title}</Title>{lead && <p>{lead}</p>}</div>
        {actions && <div className="toolbar">{actions}</div>}
      </header>
      <div className={flush ? 'body flush' : 'body'}>{children}</div>
    </section>
  );
}

/** Names and values; what has no value is left out. */
export function Facts({ items }: { items: [ReactNode, ReactNode][] }) {
  return (
    <dl className="facts">
      {items.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false).map(([name, value], at) => (
        <FactRow key={at} name={name} value={value} />
      ))}
    </dl>
  );
}

function FactRow({ name, value }: { name: ReactNode; value: ReactNode }) {
  return <><dt>{name}</dt><dd>{value}</dd></>;
}

export function Figure({ what, value, note }: { what: ReactNode; value: ReactNode; note?: ReactNode }) {
  return <div className="figure"><div className="what">{what}</div><div className="value num">{value}</div>{note && <div className="note">{note}</div>}</div>;
}

/** Nothing here yet: says why, and what to do about it. */
export function Empty({ icon, title, children, actions }: { icon?: ReactNode; title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return <div className="empty">{icon}<strong>{title}</strong>{children && <p>{children}</p>}{actions && <div className="actions">{actions}</div>}</div>;
}
