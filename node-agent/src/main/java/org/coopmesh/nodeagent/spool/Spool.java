package org.coopmesh.nodeagent.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Windows on disk until billing has made them durable; the door of this capability.
 *
 * <p>A window is durable when {@link #append} returns, and leaves only by {@link #release}, or as the oldest when the bound in
 * bytes is reached; that, and every damage found, becomes a {@link Gap} to be told. What was released is kept in a quarter of
 * the bound, so that a service restored from a backup can ask for it again. The newest window always stays: the next one
 * continues its chain and its counters.
 *
 * <p>Three facts make counting exact across a crash at any byte: a window and its counter snapshot are one checksummed frame;
 * nothing is sent before {@link #beforeSending} has durably said so; and an index that may have been sent is never used again.
 */
public final class Spool implements AutoCloseable {
    /** Enough for 30 days of five-minute windows of 7 KiB. */
    public static final long BYTES_MAX_DEFAULT = 64L << 20;

    /** Below this a spool cannot hold enough segments to drop only its oldest part. */
    public static final long BYTES_MAX_LEAST = 64L << 10;

    private static final int SEGMENTS = 64;

    /** Set aside so that on a full disk it can still be noted what is sent, and the backlog drains. */
    private static final int RESERVE_BYTES = 16 << 10;

    private static final String RESERVE = "reserve";
    private static final int GAPS_UNMERGED_MAX = 16;
    private static final int WANTED_MAX = 1_000;
    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    private final Path directory;
    private final long bytesMax;
    private final FileChannel lockFile;
    private final NavigableMap<Long, Segment> segments = new TreeMap<>();
    private final NavigableSet<Long> releasedAhead = new TreeSet<>();
    private final NavigableSet<Long> wanted = new TreeSet<>();
    private final List<SpoolState.Range> lost = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private long cursor;
    private long savedCursor;
    private long sent;
    private long nextGap;
    private long nextIndex;
    private boolean continuable = true;

    private Spool(Path directory, long bytesMax, FileChannel lockFile) {
        this.directory = directory;
        this.bytesMax = bytesMax;
        this.lockFile = lockFile;
    }

    /**
     * Opens what is there, cuts a torn tail and remembers damage as a gap.
     *
     * @param bytesMax bound of all windows on disk together
     * @throws IllegalStateException if another process has it open
     */
    public static Spool open(Path directory, long bytesMax) throws IOException {
        if (bytesMax < BYTES_MAX_LEAST) {
            throw new IllegalArgumentException("spool bound below " + BYTES_MAX_LEAST);
        }
        Files.createDirectories(directory);
        FileChannel lockFile =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            FileLock lock = lockFile.tryLock();
            if (lock == null) throw new OverlappingFileLockException();
        } catch (OverlappingFileLockException taken) {
            lockFile.close();
            throw new IllegalStateException("spool is open elsewhere: " + directory, taken);
        }
        Spool spool = new Spool(directory, bytesMax, lockFile);
        spool.recover();
        return spool;
    }

    /** The window that the next one continues: its chain, and its counters if {@link #continuable}. */
    public synchronized Optional<SpooledWindow> newest() throws IOException {
        for (Segment segment : segments.descendingMap().values()) {
            for (long index = segment.last(); index >= segment.first; index--) {
                Frame frame = segment.read(index);
                if (frame != null) return Optional.of(frame.window());
            }
        }
        return Optional.empty();
    }

    /**
     * False when windows that may have been sent are gone from the end: to continue the counters of the newest one left would
     * count their bytes twice, so counting and numbering begin anew.
     */
    public synchronized boolean continuable() {
        return continuable;
    }

    /** The oldest gap that no spooled window tells yet. */
    public synchronized Optional<Gap> untold() {
        return gaps.stream().findFirst();
    }

    /**
     * Remembers something that a next window must tell; survives a crash. Said again with the same cause and beginning, it
     * replaces what waited.
     */
    public synchronized void remember(Instant from, Instant to, Gap.Cause cause, long windows)
            throws IOException {
        gaps.removeIf(gap -> gap.cause() == cause && from.equals(gap.from()));
        add(from, to, cause, windows, 0);
        save();
    }

    /**
     * Makes a window durable.
     *
     * @param told number of the gap that the report tells, or 0
     * @return its index
     * @throws IOException if the disk did not take it; the spool is as before
     */
    public synchronized long append(
            Instant startedAt, Instant endedAt, byte[] report, byte[] snapshot, long told)
            throws IOException {
        SpooledWindow window = new SpooledWindow(nextIndex, startedAt, endedAt, report, snapshot);
        byte[] frame = new Frame(window, Math.max(told, toldSoFar())).encode();
        if (frame.length > bytesMax / 8) {
            throw new IllegalArgumentException("window too large for the spool: " + frame.length);
        }
        makeRoom(frame.length, told);
        try {
            write(frame);
        } catch (IOException full) {
            if (!noted() || !letGoOfReleased()) throw full;
            write(frame);
        }
        gaps.removeIf(gap -> gap.number() <= told);
        return nextIndex++;
    }

    /**
     * Windows that billing does not have yet, oldest first, from {@code from} on; those that it asked for again come before all.
     *
     * @param windowsMax at most so many
     * @param bytesMax of reports; the first is given even if it alone is larger
     */
    public synchronized List<SpooledWindow> pending(long from, int windowsMax, long bytesMax)
            throws IOException {
        List<SpooledWindow> found = new ArrayList<>();
        long bytes = 0;
        for (long index : Stream.concat(again(from), ahead(from)).toList()) {
            if (found.size() >= windowsMax) break;
            SpooledWindow window = readOrLose(index);
            if (window == null) continue;
            bytes += window.report().length;
            if (bytes > bytesMax && !found.isEmpty()) break;
            found.add(window);
        }
        return found;
    }

    /** The newest window that billing has and this machine still keeps. */
    public synchronized Optional<SpooledWindow> newestReleased() throws IOException {
        for (long index = cursor - 1; has(index); index--) {
            Segment segment = segmentOf(index);
            Frame frame = segment == null ? null : segment.read(index);
            if (frame != null) return Optional.of(frame.window());
        }
        return Optional.empty();
    }

    /** The newest window if billing does not have it yet. */
    public synchronized Optional<SpooledWindow> newestPending() throws IOException {
        long index = nextIndex - 1;
        if (!isPending(index)) return Optional.empty();
        return Optional.ofNullable(readOrLose(index));
    }

    /** Says durably that windows up to {@code index} may leave this machine. Must return before the first of them is sent. */
    public synchronized void beforeSending(long index) throws IOException {
        if (index <= sent) return;
        long before = sent;
        sent = index;
        try {
            save();
        } catch (IOException failed) {
            sent = before;
            throw failed;
        }
    }

    /** Lets go of windows that billing has made durable. Repeating it changes nothing. */
    public synchronized void release(Collection<Long> indexes) throws IOException {
        for (long index : indexes) {
            wanted.remove(index);
            if (index >= cursor && index < nextIndex) releasedAhead.add(index);
        }
        advance();
        retire();
        setAsideReserve();
    }

    /** Takes back what was released, where it is still here: billing lost it. */
    public synchronized void recall(Collection<Long> indexes) {
        for (long index : indexes) {
            if (wanted.size() >= WANTED_MAX) return;
            if (has(index) && (index < cursor || releasedAhead.contains(index))) wanted.add(index);
        }
    }

    /** Bytes on disk. */
    public synchronized long bytes() {
        return segments.values().stream().mapToLong(Segment::size).sum();
    }

    /** Windows that billing does not have yet. */
    public synchronized long windows() {
        long kept = 0;
        for (Segment segment : segments.values()) kept += segment.countFrom(cursor);
        return kept - releasedAhead.size() + wanted.size();
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            save();
        } finally {
            for (Segment segment : segments.values()) segment.close();
            lockFile.close();
        }
    }

    private void recover() throws IOException {
        boolean known = Files.exists(directory.resolve(SpoolState.NAME));
        Optional<SpoolState> state = SpoolState.load(directory);
        state.ifPresent(saved -> {
            cursor = saved.cursor();
            savedCursor = cursor;
            sent = saved.sent();
            nextGap = saved.nextGap();
            lost.addAll(saved.lost());
            gaps.addAll(saved.gaps());
        });
        List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.filter(Segment::isSegment).sorted().toList();
        }
        if (state.isEmpty()) {
            cursor = 0;
            sent = -1;
            nextGap = 1;
        }
        Recovery found = new Recovery(state.isPresent() ? cursor : Long.MAX_VALUE);
        for (Path file : files) {
            Segment segment = Segment.scan(file, found::frame);
            if (segment.last() >= segment.first) {
                segments.put(segment.first, segment);
                found.tail = segment.hasTail();
            } else {
                found.tail = Files.size(file) > 0;
                Files.delete(file);
            }
            segment.close();
        }
        gaps.removeIf(gap -> gap.number() <= found.told);
        nextGap = Math.max(nextGap, found.told + 1);
        if (state.isEmpty() && (known || !files.isEmpty())) {
            // What was sent is not known any more, so whatever is missing at the end may have been.
            log.atError().addKeyValue("directory", directory).log("spool state damaged");
            cursor = Math.max(0, found.first);
            continuable = !found.tail && found.newest >= 0;
            sent = found.newest + (found.tail ? 1 : 0);
            add(found.newestEnd, null, Gap.Cause.SPOOL_DAMAGED, found.tail ? 1 : 0, 0);
        } else {
            found.holes.forEach(this::lose);
            if (sent > found.newest) {
                continuable = false;
                long first = Math.max(cursor, found.newest + 1);
                long windows = Math.max(0, sent - first + 1);
                if (windows > 0) lost.add(new SpoolState.Range(first, sent));
                tailDamaged(found.newestEnd, windows);
            } else if (found.tail) {
                tailDamaged(found.newestEnd, 1);
            }
        }
        nextIndex = Math.max(Math.max(found.newest, sent), cursor - 1) + 1;
        if (found.tail || !gaps.isEmpty()) {
            log.atWarn().addKeyValue("gaps", gaps.size()).log("spool has gaps to tell");
        }
        advance();
        // What is as it was need not be written: a spool on a full or read-only disk still opens.
        if (!state.equals(Optional.of(state()))) save();
        if (!segments.isEmpty() && found.tail) {
            Segment last = segments.lastEntry().getValue();
            last.cutTail();
            last.close();
        }
        setAsideReserve();
    }

    /** What a scan of all segments found. */
    private static final class Recovery {
        private final long cursor;
        private final List<Hole> holes = new ArrayList<>();
        private long first = -1;
        private long newest = -1;
        private @Nullable Instant newestEnd;
        private long expected;
        private long told;
        private boolean tail;

        Recovery(long cursor) {
            this.cursor = cursor;
            this.expected = cursor;
        }

        void frame(Frame frame) {
            SpooledWindow window = frame.window();
            if (window.index() <= newest) return;
            if (first < 0) first = window.index();
            if (window.index() >= cursor) {
                if (window.index() > expected) {
                    holes.add(
                            new Hole(expected, window.index() - 1, newestEnd, window.startedAt()));
                }
                expected = window.index() + 1;
            }
            newest = window.index();
            newestEnd = window.endedAt();
            told = Math.max(told, frame.told());
        }
    }

    private record Hole(long first, long last, @Nullable Instant from, @Nullable Instant to) {}

    /** Remembers a hole, less what was known of it before. */
    private void lose(Hole hole) {
        long windows = 0;
        for (long index = hole.first(); index <= hole.last(); index++) {
            if (!isLost(index)) windows++;
        }
        if (windows == 0) return;
        lost.add(new SpoolState.Range(hole.first(), hole.last()));
        add(hole.from(), hole.to(), Gap.Cause.SPOOL_DAMAGED, windows, 0);
    }

    /** Told once, also when this open is itself cut short and repeated: until the next window the end stays the same. */
    private void tailDamaged(@Nullable Instant newestEnd, long windows) {
        for (Gap gap : gaps) {
            boolean atTail = gap.to() == null && Objects.equals(gap.from(), newestEnd);
            if (atTail && gap.cause() == Gap.Cause.SPOOL_DAMAGED) return;
        }
        add(newestEnd, null, Gap.Cause.SPOOL_DAMAGED, windows, 0);
    }

    private boolean isLost(long index) {
        return lost.stream().anyMatch(range -> range.first() <= index && index <= range.last());
    }

    private @Nullable SpooledWindow readOrLose(long index) throws IOException {
        Segment segment = segmentOf(index);
        if (segment == null) return null;
        Frame frame = segment.read(index);
        if (frame != null) return frame.window();
        log.atError().addKeyValue("index", index).log("spooled window damaged");
        segment.forget(index);
        if (!wanted.remove(index)) {
            lose(new Hole(index, index, null, null));
            advance();
        }
        save();
        return null;
    }

    private void makeRoom(int needed, long told) throws IOException {
        while (bytes() + needed > bytesMax && segments.size() > 1) {
            Segment oldest = segments.firstEntry().getValue();
            Instant from = null;
            Instant to = null;
            long windows = 0;
            for (long index = oldest.first; index <= oldest.last(); index++) {
                if (!isPending(index)) continue;
                windows++;
                Frame frame = oldest.read(index);
                if (frame == null) continue;
                Instant start = frame.window().startedAt();
                Instant end = frame.window().endedAt();
                if (from == null || start.isBefore(from)) from = start;
                if (to == null || end.isAfter(to)) to = end;
            }
            if (windows > 0) {
                log.atWarn()
                        .addKeyValue("windows", windows)
                        .addKeyValue("from", from)
                        .addKeyValue("to", to)
                        .log("spool full, oldest windows dropped");
                add(from, to, Gap.Cause.SPOOL_FULL, windows, told);
            }
            cursor = Math.max(cursor, oldest.last() + 1);
            releasedAhead.headSet(cursor).clear();
            wanted.headSet(oldest.last(), true).clear();
            advance();
            save();
            delete(oldest);
        }
    }

    /** Deletes the oldest released segments that do not fit into their quarter of the bound. */
    private void retire() throws IOException {
        boolean saved = false;
        while (segments.size() > 1 && bytes() > bytesMax / 4) {
            Segment oldest = segments.firstEntry().getValue();
            if (oldest.last() >= cursor) return;
            if (!wanted.headSet(oldest.last(), true).isEmpty()) return;
            if (!saved) save();
            saved = true;
            delete(oldest);
        }
    }

    private void delete(Segment segment) throws IOException {
        segments.remove(segment.first);
        segment.close();
        Files.deleteIfExists(segment.file);
        DurableFile.syncDirectory(directory);
    }

    private void advance() {
        while (cursor < nextIndex && (releasedAhead.remove(cursor) || !has(cursor))) cursor++;
        lost.removeIf(range -> range.last() < cursor);
    }

    private void add(
            @Nullable Instant from,
            @Nullable Instant to,
            Gap.Cause cause,
            long windows,
            long told) {
        Instant end = from != null && to != null && to.isBefore(from) ? from : to;
        Gap last = gaps.isEmpty() ? null : gaps.getLast();
        if (last != null
                && gaps.size() >= GAPS_UNMERGED_MAX
                && last.cause() == cause
                && last.number() > told) {
            gaps.set(gaps.size() - 1, last.and(from, end, windows));
            return;
        }
        gaps.add(new Gap(nextGap++, from, end, cause, windows));
    }

    private long toldSoFar() {
        return (gaps.isEmpty() ? nextGap : gaps.getFirst().number()) - 1;
    }

    private void write(byte[] frame) throws IOException {
        Segment active = segments.isEmpty() ? null : segments.lastEntry().getValue();
        if (active == null
                || (active.size() > 0 && active.size() + frame.length > bytesMax / SEGMENTS)
                || active.last() + 1 > nextIndex) {
            if (active != null) active.close();
            active = Segment.create(directory, nextIndex);
            segments.put(nextIndex, active);
        }
        try {
            active.append(nextIndex, frame);
        } catch (IOException failed) {
            if (active.size() == 0) delete(active);
            throw failed;
        }
    }

    private SpoolState state() {
        return new SpoolState(cursor, sent, nextGap, List.copyOf(lost), List.copyOf(gaps));
    }

    private void save() throws IOException {
        SpoolState state = state();
        try {
            state.save(directory);
        } catch (IOException full) {
            boolean room = Files.deleteIfExists(directory.resolve(RESERVE));
            if (!letGoOfReleased() && !room) throw full;
            state.save(directory);
        }
        savedCursor = state.cursor();
    }

    private boolean noted() {
        try {
            if (savedCursor < cursor) save();
            return true;
        } catch (IOException full) {
            return false;
        }
    }

    /**
     * On a full disk what billing has must not keep out what it has not; false where there is nothing to let go of. Only what
     * the state on disk says it has: otherwise a crash would make a gap of it.
     */
    private boolean letGoOfReleased() throws IOException {
        boolean any = false;
        while (segments.size() > 1) {
            Segment oldest = segments.firstEntry().getValue();
            if (oldest.last() >= savedCursor || !wanted.headSet(oldest.last(), true).isEmpty()) {
                break;
            }
            delete(oldest);
            any = true;
        }
        return any;
    }

    private void setAsideReserve() {
        Path reserve = directory.resolve(RESERVE);
        if (Files.exists(reserve)) return;
        try {
            Files.write(reserve, new byte[RESERVE_BYTES]);
        } catch (IOException full) {
            try {
                Files.deleteIfExists(reserve);
            } catch (IOException readOnly) {
                // There was nothing to set aside.
            }
        }
    }

    private Stream<Long> again(long from) {
        return wanted.tailSet(from, true).stream();
    }

    private Stream<Long> ahead(long from) {
        return Stream.iterate(
                        Math.max(cursor, from), index -> index < nextIndex, index -> index + 1)
                .filter(index -> !releasedAhead.contains(index) && has(index));
    }

    private boolean isPending(long index) {
        if (!has(index)) return false;
        return wanted.contains(index) || (index >= cursor && !releasedAhead.contains(index));
    }

    private boolean has(long index) {
        Segment segment = segmentOf(index);
        return segment != null && segment.has(index);
    }

    private @Nullable Segment segmentOf(long index) {
        var entry = segments.floorEntry(index);
        return entry == null ? null : entry.getValue();
    }
}
