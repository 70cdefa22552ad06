/** How far something has come that takes its time. */
export function Progress({ label, done, of }: { label: string; done: number; of: number }) {
  return (
    <div className="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={of} aria-valuenow={done}>
      <span style={{ width: `${of === 0 ? 0 : (done / of) * 100}%` }} />
    </div>
  );
}
