package org.coopmesh.nodeagent.access;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Prefixes of one address family, which may nest and repeat, as ranges that never overlap: what the kernel's interval sets
 * take. Where prefixes nest, the one that lasts longest decides.
 */
final class RangeTable {

    /** Prefixes nest or are apart, so a range never spans two that are apart. */
    record Range(Address first, Address last, Instant until) {}

    /** What must be taken out of the kernel's set and what put in. */
    record Delta(List<Range> removed, List<Range> added) {}

    private final TreeMap<Prefix, List<Instant>> given = new TreeMap<>();
    private final TreeMap<Address, Range> ranges = new TreeMap<>();

    void clear() {
        given.clear();
        ranges.clear();
    }

    Collection<Range> ranges() {
        return ranges.values();
    }

    /** Takes a prefix in; {@code refresh} afterwards says what changes. */
    void add(Prefix prefix, Instant until) {
        given.merge(prefix, List.of(until), RangeTable::joined);
    }

    void remove(Prefix prefix, Instant until) {
        given.computeIfPresent(
                prefix,
                (same, untils) -> {
                    List<Instant> rest = new ArrayList<>(untils);
                    rest.remove(until);
                    return rest.isEmpty() ? null : List.copyOf(rest);
                });
    }

    /** Makes the ranges anew around the prefixes that changed. */
    Delta refresh(Collection<Prefix> changed, Instant now) {
        TreeMap<Address, Range> before = new TreeMap<>();
        TreeMap<Address, Range> after = new TreeMap<>();
        for (Prefix prefix : changed) {
            Prefix widest = widest(prefix);
            before.putAll(ranges.subMap(widest.first(), true, widest.last(), true));
            flatten(widest, now).forEach(range -> after.put(range.first(), range));
        }
        before.keySet().forEach(ranges::remove);
        ranges.putAll(after);
        return new Delta(without(before, after), without(after, before));
    }

    /** Makes all ranges anew. */
    void refreshAll(Instant now) {
        ranges.clear();
        Map.@Nullable Entry<Prefix, List<Instant>> next = given.firstEntry();
        while (next != null) {
            Prefix widest = next.getKey();
            flatten(widest, now).forEach(range -> ranges.put(range.first(), range));
            next = given.higherEntry(new Prefix(widest.last(), widest.first().bits()));
        }
    }

    private static List<Instant> joined(List<Instant> some, List<Instant> more) {
        List<Instant> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    private static List<Range> without(Map<Address, Range> some, Map<Address, Range> others) {
        return some.values().stream().filter(r -> !r.equals(others.get(r.first()))).toList();
    }

    private Prefix widest(Prefix prefix) {
        for (int length = 0; length < prefix.length(); length++) {
            var wider = new Prefix(prefix.first().firstOf(length), length);
            if (given.containsKey(wider)) {
                return wider;
            }
        }
        return prefix;
    }

    private record Open(Address last, Instant until) {}

    private List<Range> flatten(Prefix widest, Instant now) {
        List<Range> flat = new ArrayList<>();
        List<Range> nested = new ArrayList<>();
        Deque<Open> open = new ArrayDeque<>();
        Optional<Address> at = Optional.of(widest.first());
        Map<Prefix, List<Instant>> inside =
                given.subMap(
                        new Prefix(widest.first(), widest.length()),
                        true,
                        new Prefix(widest.last(), widest.first().bits()),
                        true);
        for (var entry : inside.entrySet()) {
            Instant until = entry.getValue().stream().max(Instant::compareTo).orElseThrow();
            if (!until.isAfter(now)) {
                continue;
            }
            Prefix prefix = entry.getKey();
            while (!open.isEmpty() && open.peek().last().compareTo(prefix.first()) < 0) {
                at = close(nested, open.pop(), at);
            }
            Open around = open.peek();
            if (around == null) {
                flat.addAll(nested);
                nested.clear();
            } else {
                if (at.isPresent() && at.get().compareTo(prefix.first()) < 0) {
                    append(nested, new Range(at.get(), prefix.first().previous(), around.until()));
                }
                until = until.isAfter(around.until()) ? until : around.until();
            }
            open.push(new Open(prefix.last(), until));
            at = Optional.of(prefix.first());
        }
        while (!open.isEmpty()) {
            at = close(nested, open.pop(), at);
        }
        flat.addAll(nested);
        return flat;
    }

    /** Ends the innermost prefix; the address behind it is where its surrounding one goes on. */
    private static Optional<Address> close(List<Range> nested, Open ending, Optional<Address> at) {
        if (at.isPresent() && at.get().compareTo(ending.last()) <= 0) {
            append(nested, new Range(at.get(), ending.last(), ending.until()));
        }
        return ending.last().next();
    }

    /** Joins what touches and ends together, but only within one outermost prefix: others come and go without it. */
    private static void append(List<Range> nested, Range range) {
        if (!nested.isEmpty()) {
            Range last = nested.getLast();
            boolean touches = last.last().next().filter(range.first()::equals).isPresent();
            if (touches && last.until().equals(range.until())) {
                nested.set(nested.size() - 1, new Range(last.first(), range.last(), range.until()));
                return;
            }
        }
        nested.add(range);
    }
}
