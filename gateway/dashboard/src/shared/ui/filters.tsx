/** Views of one list, side by side; the chosen one is in the address of the page. */
export function Filters({ label, items, value, onPick }: { label: string; items: { value: string; label: string }[]; value: string; onPick: (value: string) => void }) {
  return (
    <div className="filters" role="group" aria-label={label}>
      {items.map((item) => <button key={item.value} type="button" aria-pressed={item.value === value} onClick={() => onPick(item.value)}>{item.label}</button>)}
    </div>
  );
}
