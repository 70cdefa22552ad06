package org.coopmesh.nodeagent.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What lies in a spool, found without changing a byte of it and whether or not an agent has it open.
 *
 * @param windows undamaged ones
 * @param waiting those of them that billing is not known to have
 * @param bytes of all segments
 * @param damagedBytes that belong to no undamaged window; in the newest segment of a running agent, one that is being written
 * @param missing windows that should lie between others and do not
 * @param stateReadable whether the file beside the windows that says what was sent is whole, or was never written
 * @param untold gaps that no window tells yet
 */
public record SpoolInspection(
        long windows,
        long waiting,
        long bytes,
        long damagedBytes,
        long missing,
        boolean stateReadable,
        int untold) {

    /**
     * Reads everything.
     *
     * @param each given every undamaged window, in order of index
     */
    public static SpoolInspection of(Path directory, Consumer<SpooledWindow> each)
            throws IOException {
        Optional<SpoolState> state = SpoolState.load(directory);
        long cursor = state.map(SpoolState::cursor).orElse(0L);
        List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.filter(Segment::isSegment).sorted().toList();
        }
        Tally tally = new Tally(cursor, each);
        long bytes = 0;
        long damaged = 0;
        for (Path file : files) {
            bytes += Files.size(file);
            damaged += Segment.scan(file, tally).damagedBytes();
        }
        return new SpoolInspection(
                tally.windows,
                tally.waiting,
                bytes,
                damaged,
                tally.missing,
                state.isPresent() || !Files.exists(directory.resolve(SpoolState.NAME)),
                state.map(saved -> (int) saved.gaps().stream().filter(tally::isUntold).count())
                        .orElse(0));
    }

    private static final class Tally implements Segment.FrameSink {
        private final long cursor;
        private final Consumer<SpooledWindow> each;
        private long newest = -1;
        private long told;
        private long windows;
        private long waiting;
        private long missing;

        Tally(long cursor, Consumer<SpooledWindow> each) {
            this.cursor = cursor;
            this.each = each;
        }

        @Override
        public void found(Frame frame) {
            long index = frame.window().index();
            if (newest >= 0 && index > newest + 1) missing += index - newest - 1;
            newest = Math.max(newest, index);
            told = Math.max(told, frame.told());
            windows++;
            if (index >= cursor) waiting++;
            each.accept(frame.window());
        }

        boolean isUntold(Gap gap) {
            return gap.number() > told;
        }
    }
}
