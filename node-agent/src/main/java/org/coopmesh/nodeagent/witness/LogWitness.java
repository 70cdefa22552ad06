package org.coopmesh.nodeagent.witness;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.coopmesh.contracts.membership.v1.LogRefused;
import org.coopmesh.contracts.membership.v1.LookAtLogRequest;
import org.coopmesh.contracts.membership.v1.LookAtLogResponse;
import org.coopmesh.contracts.membership.v1.Testimony;
import org.coopmesh.contracts.membership.v1.WitnessServiceGrpc;
import org.coopmesh.contracts.membership.v1.WitnessServiceGrpc.WitnessServiceBlockingStub;
import org.coopmesh.nodeagent.witness.SeenFile.Seen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the co-op's public log, and remembers; the door of this capability. What it saw stays when every server is gone, and over a
 * restart. A log that does not go on from there is refused and told, and what was seen before stays.
 */
public final class LogWitness {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final int PAGES_MAX = 1_000;
    private static final int KEYS_MAX = 8;
    private static final Logger log = LoggerFactory.getLogger(LogWitness.class);

    private final Supplier<? extends Channel> channels;
    private final String nodeId;
    private final byte[] identityKey;
    private final UnaryOperator<byte[]> sign;
    private final SeenFile file;
    private final Duration every;
    private final InstantSource clock;
    private final RandomGenerator random;
    private Optional<Seen> seen = Optional.empty();
    private String testified = "";
    private String told = "";

    /**
     * Looks at nothing yet.
     *
     * @param channels asked for a channel to membership's node port at each look
     * @param identityKey SubjectPublicKeyInfo of the node's Ed25519 key
     * @param sign with that key
     * @param file of what was seen last
     * @param every how long between two looks, on average
     */
    public LogWitness(
            Supplier<? extends Channel> channels,
            String nodeId,
            byte[] identityKey,
            UnaryOperator<byte[]> sign,
            Path file,
            Duration every,
            InstantSource clock,
            RandomGenerator random) {
        this.channels = channels;
        this.nodeId = nodeId;
        this.identityKey = identityKey.clone();
        this.sign = sign;
        this.file = new SeenFile(file);
        this.every = every;
        this.clock = clock;
        this.random = random;
    }

    /** Looks once in each {@code every} on average, at random moments, until interrupted. */
    public void run() throws InterruptedException {
        takeUp();
        while (true) {
            Thread.sleep(random.nextLong(every.toMillis()));
            look();
            Thread.sleep(every.dividedBy(2));
        }
    }

    /** Reads what the last run left. */
    void takeUp() {
        try {
            seen = file.load();
        } catch (IOException | IllegalArgumentException damaged) {
            say("log-seen-damaged", damaged);
        }
    }

    /** How many entries the log had when it was seen last; 0 if never. */
    long size() {
        return seen.map(last -> last.checkpoint().size()).orElse(0L);
    }

    /** Looks once; false unless the log goes on from what was seen and the co-op has this node's word for it. */
    boolean look() {
        try {
            WitnessServiceBlockingStub server =
                    WitnessServiceGrpc.newBlockingStub(channels.get())
                            .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            return look(server);
        } catch (StatusRuntimeException failed) {
            say("log-not-seen", failed);
        } catch (IllegalArgumentException malformed) {
            say("log-malformed", malformed);
        } catch (IOException full) {
            say("log-not-on-disk", full);
        }
        return false;
    }

    private boolean look(WitnessServiceBlockingStub server) throws IOException {
        GrowingTree tree = seen.map(last -> last.tree().copy()).orElseGet(GrowingTree::new);
        for (int page = 0; page < PAGES_MAX; page++) {
            LookAtLogResponse answer =
                    server.lookAtLog(
                            LookAtLogRequest.newBuilder().setFromSize(tree.size()).build());
            if (answer.getCheckpoint().isEmpty()) return false;
            SignedCheckpoint now = SignedCheckpoint.parse(answer.getCheckpoint());
            List<String> keys = keys(now, answer.getKeysList());
            if (keys.isEmpty()) return refuse(server, now, "unsigned");
            if (now.size() < size()) return refuse(server, now, "cut-off");
            ByteString leaves = answer.getLeafHashes();
            for (int at = 0;
                    at + GrowingTree.HASH_LENGTH <= leaves.size() && tree.size() < now.size();
                    at += GrowingTree.HASH_LENGTH) {
                tree.add(leaves.substring(at, at + GrowingTree.HASH_LENGTH).toByteArray());
            }
            if (tree.size() < now.size()) {
                if (leaves.isEmpty()) throw new IllegalArgumentException("leaf hashes are missing");
                continue;
            }
            // An answer older than the page before it: what comes next will fit
            if (tree.size() > now.size()) return false;
            if (!Arrays.equals(tree.root(), now.root())) return refuse(server, now, "forked");
            return keep(server, new Seen(now, tree, keys));
        }
        throw new IllegalArgumentException("more than can be looked at");
    }

    /** Keys that count from now on: those that are known, and such as signed beside one of them; none where none of them signed. */
    private List<String> keys(SignedCheckpoint now, List<String> named) {
        List<String> signers = now.signers(named.subList(0, Math.min(named.size(), KEYS_MAX)));
        if (seen.isEmpty()) return signers;
        Seen last = seen.get();
        if (!now.origin().equals(last.checkpoint().origin())
                || now.signers(last.keys()).isEmpty()) {
            return List.of();
        }
        List<String> keys = new ArrayList<>(now.signers(last.keys()));
        signers.stream().filter(key -> !keys.contains(key)).forEach(keys::add);
        return keys;
    }

    private boolean keep(WitnessServiceBlockingStub server, Seen fresh) throws IOException {
        boolean news = fresh.checkpoint().size() > size() || seen.isEmpty();
        if (news || !fresh.keys().equals(seen.map(Seen::keys).orElse(List.of()))) {
            // On disk before anybody is told: this node never cosigns what it could forget
            file.write(fresh);
            seen = Optional.of(fresh);
        }
        if (testified.equals(fresh.checkpoint().text())) return true;
        long time = clock.instant().getEpochSecond();
        byte[] signature = sign.apply(fresh.checkpoint().cosigned(time));
        byte[] raw =
                Arrays.copyOfRange(
                        identityKey,
                        identityKey.length - GrowingTree.HASH_LENGTH,
                        identityKey.length);
        server.testify(
                Testimony.newBuilder()
                        .setCheckpoint(fresh.checkpoint().note())
                        .setCosignature(
                                SignedCheckpoint.line("node/" + nodeId, raw, time, signature))
                        .setPublicKey(ByteString.copyFrom(identityKey))
                        .build());
        testified = fresh.checkpoint().text();
        told = "";
        log.atInfo().addKeyValue("size", fresh.checkpoint().size()).log("log seen");
        return true;
    }

    private boolean refuse(WitnessServiceBlockingStub server, SignedCheckpoint now, String why) {
        if (testified.equals(why + now.text())) return false;
        log.atError()
                .addKeyValue("code", "log-" + why)
                .addKeyValue("seen", size())
                .addKeyValue("offered", now.size())
                .log("the co-op's log is not the one that was seen");
        server.testify(
                Testimony.newBuilder()
                        .setCheckpoint(now.note())
                        .setPublicKey(ByteString.copyFrom(identityKey))
                        .setRefused(
                                LogRefused.newBuilder()
                                        .setWhy(why)
                                        .setSeen(
                                                seen.map(last -> last.checkpoint().note())
                                                        .orElse("")))
                        .build());
        testified = why + now.text();
        return false;
    }

    /** Said once, until it is something else or better. */
    private void say(String code, Exception why) {
        String now = code + why.getMessage();
        if (now.equals(told)) return;
        told = now;
        log.atWarn()
                .addKeyValue("code", code)
                .addKeyValue("why", why.getMessage())
                .log("log not looked at");
    }
}
