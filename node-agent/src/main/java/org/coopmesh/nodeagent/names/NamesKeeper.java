package org.coopmesh.nodeagent.names;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.coopmesh.contracts.membership.v1.FetchNamesRequest;
import org.coopmesh.contracts.membership.v1.FetchNamesResponse;
import org.coopmesh.contracts.membership.v1.NamesServiceGrpc;
import org.coopmesh.nodeagent.identity.FullJitter;
import org.coopmesh.nodeagent.names.NamesRefused.Trouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the names of the village in a file of hosts; the door of this capability. What is there stays when every server is gone, and
 * over a restart. A list that is older, or not in every line what it should be, changes nothing.
 */
public final class NamesKeeper {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration RETRY_FIRST = Duration.ofSeconds(5);
    private static final Duration RETRY_MAX = Duration.ofMinutes(10);

    /** Nodes that hear of a change at once do not ask at once. */
    private static final Duration SPREAD_MAX = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(NamesKeeper.class);

    private final Supplier<? extends Channel> channels;
    private final Supplier<Map<String, byte[]>> keys;
    private final HostsFile file;
    private final String suffix;
    private final RandomGenerator random;
    private final FullJitter jitter;
    private volatile long wanted;
    private volatile long serial;
    private ByteString hash = ByteString.EMPTY;
    private boolean askWhole;
    private String told = "";

    /**
     * Looks at nothing yet.
     *
     * @param channels asked for a channel to membership's node port at each fetch
     * @param keys SubjectPublicKeyInfo of the Ed25519 keys that may sign, by key id
     * @param file of hosts
     * @param suffix what the zone has to end with, as "mesh"
     */
    public NamesKeeper(
            Supplier<? extends Channel> channels,
            Supplier<Map<String, byte[]>> keys,
            Path file,
            String suffix,
            RandomGenerator random) {
        this.channels = channels;
        this.keys = keys;
        this.file = new HostsFile(file);
        this.suffix = suffix;
        this.random = random;
        this.jitter = new FullJitter(RETRY_FIRST, RETRY_MAX, random);
    }

    /** Membership answered, and has this serial; 0 where it has no names. */
    public void offered(long now) {
        wanted = now;
    }

    /** The serial of what is on disk; 0 where there is nothing. */
    public long serial() {
        return serial;
    }

    /** Keeps the file up to date until interrupted. */
    public void run() throws InterruptedException {
        takeUp();
        while (true) {
            if (due()) {
                Thread.sleep(random.nextLong(SPREAD_MAX.toMillis()));
                Thread.sleep(update() ? Duration.ZERO : jitter.next());
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /** Reads what the last run left. What is not signed is taken away from whoever reads it. */
    void takeUp() {
        try {
            Optional<NameList> known = file.load(suffix, keys.get());
            if (known.isPresent()) has(known.get());
        } catch (NamesRefused refused) {
            say(refused.trouble().code(), refused);
            // A key that a renewal is still to name: what it signed before was good then
            if (refused.trouble() != Trouble.NAMES_KEY_UNKNOWN) setAside();
        } catch (IOException unreadable) {
            say("names-not-readable", unreadable);
        }
    }

    private void setAside() {
        try {
            file.setAside();
        } catch (IOException failed) {
            say("names-not-readable", failed);
        }
    }

    /** Whether there is something to fetch; somebody may have removed the file. */
    boolean due() {
        long now = wanted;
        if (now == 0) return false;
        if (serial != 0 && !file.exists()) {
            serial = 0;
            hash = ByteString.EMPTY;
        }
        return now != serial;
    }

    /** Fetches once; false if it did not come to a list that is on disk. */
    boolean update() {
        try {
            NameList fetched = fetch();
            if (fetched.head().getSerial() < serial) {
                throw new NamesRefused(Trouble.NAMES_OLDER, "serial " + fetched.head().getSerial());
            }
            file.write(fetched);
            has(fetched);
            askWhole = false;
            told = "";
            jitter.reset();
            log.atInfo()
                    .addKeyValue("serial", serial)
                    .addKeyValue("lines", fetched.lines().size())
                    .log("names kept");
            return true;
        } catch (NamesRefused refused) {
            // A difference that does not fit may be ours: once everything is asked for
            boolean again = !askWhole && serial != 0 && refused.trouble() == Trouble.NAMES_FORGED;
            askWhole = true;
            say(refused.trouble().code(), refused);
            return again && update();
        } catch (StatusRuntimeException failed) {
            say("names-not-fetched", failed);
        } catch (IOException full) {
            say("names-not-on-disk", full);
        }
        return false;
    }

    private NameList fetch() throws NamesRefused, IOException {
        Optional<NameList> known =
                askWhole || serial == 0 ? Optional.empty() : file.load(suffix, keys.get());
        FetchNamesRequest.Builder request = FetchNamesRequest.newBuilder();
        if (known.isPresent()) request.setHaveSerial(serial).setHaveLinesHash(hash);
        Iterator<FetchNamesResponse> pages =
                NamesServiceGrpc.newBlockingStub(channels.get())
                        .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                        .fetchNames(request.build());
        SortedSet<String> removed = new TreeSet<>();
        SortedSet<String> added = new TreeSet<>();
        while (pages.hasNext()) {
            FetchNamesResponse page = pages.next();
            removed.addAll(page.getRemovedList());
            added.addAll(page.getAddedList());
            if (removed.size() > NameList.LINES_MAX || added.size() > NameList.LINES_MAX) {
                throw new NamesRefused(Trouble.NAMES_MALFORMED, "too many lines");
            }
            if (!page.getLast()) continue;
            boolean difference = page.getFromSerial() != 0;
            if (difference && (known.isEmpty() || page.getFromSerial() != serial)) {
                throw new NamesRefused(Trouble.NAMES_MALFORMED, "a difference to something else");
            }
            return NameList.of(
                    page.getHead().toByteArray(),
                    page.getSignature().toByteArray(),
                    page.getKeyId(),
                    difference ? known.get().with(removed, added) : added,
                    suffix,
                    keys.get());
        }
        throw new NamesRefused(Trouble.NAMES_MALFORMED, "the last page is missing");
    }

    private void has(NameList list) {
        serial = list.head().getSerial();
        hash = list.head().getLinesHash();
    }

    /** Said once, until it is something else or better. */
    private void say(String code, Exception why) {
        String now = code + why.getMessage();
        if (now.equals(told)) return;
        told = now;
        log.atWarn()
                .addKeyValue("code", code)
                .addKeyValue("why", why.getMessage())
                .log("names not taken");
    }
}
