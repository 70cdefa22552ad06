package org.coopmesh.nodeagent.sharing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the queues of the shared lines, and makes them anew where somebody changed them; the door of this capability. What it
 * made it writes down, so that it is taken away when it is not wanted any more. For one thread, but for {@link #progress}.
 */
public final class SharingKeeper {
    private static final Duration EVERY = Duration.ofSeconds(20);
    private static final Logger log = LoggerFactory.getLogger(SharingKeeper.class);
    private static final String ROOT = "root ";
    private static final String LEAD = "lead ";
    private static final String PLACE = "place ";

    private final Optional<Sharing> sharing;
    private final BooleanSupplier ready;
    private final Path file;
    private final Map<String, String> shapes = new HashMap<>();
    private volatile Map<String, String> troubles = Map.of();
    private volatile long restored;

    /**
     * How it is.
     *
     * @param lines each with its trouble; an empty one is none
     * @param restored how often another's change was undone since the start
     */
    public record Progress(Map<String, String> lines, long restored) {}

    /** What is done on one interface. */
    private interface Making {
        void make() throws QueueRefused, IOException, InterruptedException;
    }

    /**
     * Does nothing yet.
     *
     * @param sharing empty where this node shares nothing
     * @param ready whether it is known what is own, and the kernel tells it apart
     * @param file where what was made is written down
     */
    public SharingKeeper(Optional<Sharing> sharing, BooleanSupplier ready, Path file) {
        this.sharing = sharing;
        this.ready = ready;
        this.file = file;
    }

    public Progress progress() {
        return new Progress(troubles, restored);
    }

    /** Keeps the queues until interrupted. */
    public void run() throws InterruptedException {
        while (true) {
            keep();
            Thread.sleep(EVERY);
        }
    }

    /** One round. */
    void keep() throws InterruptedException {
        Map<String, String> now = new LinkedHashMap<>();
        String left = attempt("", this::removeUnwanted);
        if (!left.isEmpty()) now.put("what was shared before", left);
        if (sharing.isPresent()) keep(sharing.get(), now);
        now.forEach((line, trouble) -> {
            if (!trouble.isEmpty() && !trouble.equals(troubles.get(line))) {
                log.atWarn()
                        .addKeyValue("code", "line-not-shared")
                        .addKeyValue("line", line)
                        .addKeyValue("why", trouble)
                        .log("line is not shared as it should be");
            }
        });
        troubles = Map.copyOf(now);
    }

    private void keep(Sharing wanted, Map<String, String> now) throws InterruptedException {
        if (!ready.getAsBoolean()) {
            wanted.lines().forEach(line -> now.put(line.name(), "not known yet what is own"));
            return;
        }
        for (Sharing.Line line : wanted.lines()) {
            Sharing.Rates up = wanted.rates(line.upKbit());
            now.put(line.name(), attempt(line.name(), () -> root(line.name(), up, false)));
        }
        if (wanted.down().isEmpty()) return;
        Sharing.Rates down = wanted.rates(wanted.down().get().downKbit().orElseThrow());
        String trouble =
                attempt(
                        Queues.DOWN,
                        () -> {
                            note(ROOT + Queues.DOWN);
                            Queues.makeDown();
                            root(Queues.DOWN, down, true);
                        });
        now.put(wanted.down().get().name() + " down", trouble);
        if (!trouble.isEmpty()) return;
        for (String inside : wanted.inside()) {
            now.put(inside + " inside", attempt(inside, () -> lead(inside)));
        }
    }

    private void root(String device, Sharing.Rates rates, boolean inside)
            throws QueueRefused, IOException, InterruptedException {
        if (same(device, ROOT)) return;
        note(ROOT + device);
        Queues.make(device, rates, inside);
        made(device, ROOT);
    }

    private void lead(String device) throws QueueRefused, IOException, InterruptedException {
        if (same(device, LEAD)) return;
        note(LEAD + device);
        if (Queues.lead(device)) note(PLACE + device);
        made(device, LEAD);
    }

    private boolean same(String device, String what) throws QueueRefused, InterruptedException {
        String before = shapes.get(what + device);
        if (before == null) return false;
        if (before.equals(part(device, what))) return true;
        shapes.remove(what + device);
        restored++;
        log.atWarn()
                .addKeyValue("code", "queue-changed")
                .addKeyValue("interface", device)
                .addKeyValue("times", restored)
                .log("queue was changed by another, restoring");
        return false;
    }

    private void made(String device, String what) throws QueueRefused, InterruptedException {
        shapes.put(what + device, part(device, what));
    }

    /** Of an interface's shape, what concerns the root, or what concerns the filters. */
    private static String part(String device, String what)
            throws QueueRefused, InterruptedException {
        return Queues.shape(device)
                .lines()
                .filter(line -> {
                    boolean ofRoot =
                            (line.startsWith("qdisc") || line.startsWith("class"))
                                    && !line.startsWith("qdisc clsact");
                    return ofRoot == what.equals(ROOT);
                })
                .reduce("", (all, line) -> all + line + "\n");
    }

    /** Gives the trouble; an empty one is none. What failed is made from the beginning in the next round. */
    private String attempt(String device, Making making) throws InterruptedException {
        try {
            making.make();
            return "";
        } catch (QueueRefused | IOException failed) {
            if (Thread.interrupted()) throw new InterruptedException();
            shapes.remove(ROOT + device);
            shapes.remove(LEAD + device);
            return String.valueOf(failed.getMessage());
        }
    }

    private void removeUnwanted() throws QueueRefused, IOException, InterruptedException {
        Set<String> wanted = new TreeSet<>();
        sharing.ifPresent(share -> {
            share.lines().forEach(line -> wanted.add(ROOT + line.name()));
            share.inside().forEach(inside -> wanted.add(LEAD + inside));
            share.inside().forEach(inside -> wanted.add(PLACE + inside));
            if (share.down().isPresent()) wanted.add(ROOT + Queues.DOWN);
        });
        Set<String> made = noted();
        for (String one : List.copyOf(made)) {
            if (wanted.contains(one) || one.startsWith(PLACE)) continue;
            String device = one.substring(one.indexOf(' ') + 1);
            if (one.startsWith(LEAD)) {
                Queues.removeLead(device, made.contains(PLACE + device));
                made.remove(PLACE + device);
            } else if (device.equals(Queues.DOWN)) {
                Queues.removeDown();
            } else {
                Queues.remove(device);
            }
            made.remove(one);
            write(made);
            log.atInfo().addKeyValue("interface", device).log("not shared any more");
        }
    }

    private Set<String> noted() throws IOException {
        if (!Files.isRegularFile(file)) return new TreeSet<>();
        return new TreeSet<>(
                Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                        .filter(line -> line.matches("(root|lead|place) \\S+"))
                        .toList());
    }

    /** Before it is made: what is written down and not there is no harm. */
    private void note(String what) throws IOException {
        Set<String> made = noted();
        if (made.add(what)) write(made);
    }

    private void write(Set<String> made) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, new ArrayList<>(made), StandardCharsets.UTF_8);
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
