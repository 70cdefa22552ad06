package org.coopmesh.nodeagent.sharing;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a node shares of its lines. Own traffic goes first on each of them; relayed traffic takes what that leaves idle, and never
 * more than the ceiling.
 *
 * @param lines at most one of them with a rate down
 * @param inside interfaces that traffic of the line with a rate down leaves by; empty where there is none
 * @param ceilingPercent of each line's rate that relayed traffic may take at most
 */
public record Sharing(List<Line> lines, List<String> inside, int ceilingPercent) {
    /** Slower is no line. */
    public static final long KBIT_LEAST = 64;

    /** Ten gigabits. */
    public static final long KBIT_MOST = 10_000_000;

    /** So much of a line relayed traffic gets at least, lest its connections break: one part in this. */
    static final int TRICKLE = 100;

    /**
     * One line.
     *
     * @param name of its interface
     * @param upKbit what it can send, in kbit/s; a little less than it really does, or the queue builds up elsewhere
     * @param downKbit what it can receive; empty: that is not shared
     */
    public record Line(String name, long upKbit, OptionalLong downKbit) {
        public Line {
            if (!inBounds(upKbit) || downKbit.isPresent() && !inBounds(downKbit.getAsLong())) {
                throw new IllegalArgumentException(
                        "a rate is from " + KBIT_LEAST + " to " + KBIT_MOST + " kbit/s");
            }
        }

        private static boolean inBounds(long kbit) {
            return kbit >= KBIT_LEAST && kbit <= KBIT_MOST;
        }
    }

    public Sharing {
        lines = List.copyOf(lines);
        inside = List.copyOf(inside);
        if (new HashSet<>(lines.stream().map(Line::name).toList()).size() < lines.size()) {
            throw new IllegalArgumentException("a line is named twice");
        }
        List<Line> down = lines.stream().filter(line -> line.downKbit().isPresent()).toList();
        if (down.size() > 1) {
            throw new IllegalArgumentException("one line may have a rate down, not " + down.size());
        }
        if (down.isEmpty() != inside.isEmpty()) {
            throw new IllegalArgumentException(
                    "a rate down and the interfaces inside belong together");
        }
        if (!down.isEmpty() && inside.contains(down.getFirst().name())) {
            throw new IllegalArgumentException(down.getFirst().name() + " is no interface inside");
        }
        if (ceilingPercent < 1 || ceilingPercent > 100) {
            throw new IllegalArgumentException("a ceiling is from 1 to 100 percent");
        }
    }

    /** The line whose other direction is shared too. */
    Optional<Line> down() {
        return lines.stream().filter(line -> line.downKbit().isPresent()).findFirst();
    }

    /** The rates of one direction of one line, in kbit/s: all of it, what own traffic is sure of, and both bounds of the relayed. */
    record Rates(long all, long own, long relayedLeast, long relayedMost) {}

    /** How {@code kbit} is parted. */
    Rates rates(long kbit) {
        long most = Math.max(1, kbit * ceilingPercent / 100);
        long least = Math.min(most, Math.max(1, kbit / TRICKLE));
        return new Rates(kbit, kbit - least, least, most);
    }
}
