package org.coopmesh.membership.access;

import com.google.protobuf.Timestamp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.coopmesh.contracts.abuse.v1.BanEvent;
import org.coopmesh.contracts.abuse.v1.BanImposed;
import org.coopmesh.contracts.abuse.v1.BanTarget;
import org.coopmesh.membership.Population;
import org.coopmesh.membership.Replica;
import org.coopmesh.membership.identity.TestTokens;
import org.coopmesh.membership.node.TestCertificates;
import org.coopmesh.quickstart.Servers;

/**
 * A large co-op on real servers, its membership-service as processes, and nodes that follow the list. Bans are said on Kafka, as
 * abuse reporting would.
 */
final class AccessTrial implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Replica.Shared shared;
    private final List<String> jvmOptions;
    private final TestCertificates certificates;
    private final List<TestCertificates.Identity> identities;
    private final Population population;
    private final String token;
    private final KafkaProducer<String, byte[]> producer;
    private final List<Replica> replicas = new ArrayList<>();
    private int bans;

    /**
     * Makes the co-op, and leaves one replica running.
     *
     * @param registered nodes in service, each with an attachment
     * @param streams how many of them will connect
     */
    AccessTrial(int members, int registered, int streams, List<String> jvmOptions)
            throws Exception {
        this.jvmOptions = jvmOptions;
        Path scratch = Files.createTempDirectory("access-trial");
        String database = Servers.freshDatabase("membership");
        shared = new Replica.Shared(scratch, database, Servers.kafka());
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", Servers.kafka(), "linger.ms", "0"),
                        new StringSerializer(),
                        new ByteArraySerializer());
        certificates = new TestCertificates(shared.keys());
        Replica founding = start("a").ready();
        population = Population.constitute(founding, database);
        population.members(members);
        List<TestCertificates.Identity> all = certificates.identities(registered);
        population.nodes(all.stream().map(TestCertificates.Identity::id).toList());
        identities = all.subList(0, streams);
        token =
                TestTokens.of(
                        shared.keys(), Replica.ISSUER, population.board(), "board", "network");
        // Whatever the tables were filled with comes onto the list by a review of all of it.
        founding.ask(
                "PUT",
                "/api/coop/policy",
                token,
                """
                {"slowLaneKbit": 1000, "slowLaneAfterDays": 0, "wallAfterDays": 14, "failMode": "keep",
                 "listLifetime": "P7D", "reason": "founded"}
                """);
    }

    /** The replica that was there from the beginning. */
    Replica founding() {
        return replicas.getFirst();
    }

    /** Ends all replicas in good order. */
    void endAll() throws InterruptedException {
        for (Replica replica : replicas) {
            replica.end();
        }
        replicas.clear();
    }

    Replica start(String name) {
        Replica replica = Replica.start(shared, name, jvmOptions);
        replicas.add(replica);
        return replica;
    }

    Population population() {
        return population;
    }

    TestCertificates certificates() {
        return certificates;
    }

    List<TestCertificates.Identity> identities() {
        return identities;
    }

    String token() {
        return token;
    }

    Path keys() {
        return shared.keys();
    }

    Fleet fleet() throws Exception {
        return new Fleet(
                replicas.stream().map(Replica::nodePort).toList(), certificates, identities, false);
    }

    /** Says bans of {@code count} addresses that were never banned before, one fact each; returns when Kafka has them. */
    void ban(int count) throws Exception {
        var sent = new ArrayList<Future<?>>();
        for (int i = 0; i < count; i++) {
            String prefix =
                    "100.%d.%d.%d/32".formatted(64 + bans / 65_536, bans / 256 % 256, bans % 256);
            bans++;
            var now = Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond());
            var event =
                    BanEvent.newBuilder()
                            .setEventId(UUID.randomUUID().toString())
                            .setBanId(UUID.randomUUID().toString())
                            .setTarget(BanTarget.newBuilder().setPrefix(prefix))
                            .setOccurredAt(now)
                            .setImposed(BanImposed.getDefaultInstance())
                            .build();
            sent.add(
                    producer.send(
                            new ProducerRecord<>(
                                    "coopmesh.abuse.ban.v1", prefix, event.toByteArray())));
        }
        for (Future<?> each : sent) {
            each.get();
        }
    }

    /** How many addresses are on the list of those that were banned. */
    int bansListed() {
        return population
                .db()
                .sql("select count(*) from access_entry where kind = 'ban'")
                .query(Integer.class)
                .single();
    }

    /** Waits until every ban that was said is on the list, and returns the version that has them all. */
    long awaitBans() throws InterruptedException {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (bansListed() < bans) {
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException(bansListed() + " of " + bans + " bans are listed");
            }
            Thread.sleep(10);
        }
        return population.version();
    }

    /**
     * What happened while one of two replicas was killed.
     *
     * @param toLastMillis from the kill to the moment at which each node was answered on the last version, sorted
     * @param strandedMillis from the kill until the nodes of the dead replica had a version that was made after it, sorted
     */
    record Killed(
            int stranded,
            long versions,
            double[] strandedMillis,
            double[] toLastMillis,
            double lastAfterLastChangeMillis) {}

    /**
     * Changes the list again and again, kills the first of two replicas in the middle, and waits until every node is on the last
     * version.
     */
    Killed killInTheMiddle(Fleet fleet, Replica dying, int changes, Duration pause)
            throws Exception {
        long before = population.version();
        long killed = 0;
        long strandedSince = Long.MAX_VALUE;
        Fleet.Wave others = null;
        for (int i = 0; i < changes; i++) {
            if (i == changes / 2) {
                dying.kill();
                killed = System.nanoTime();
                strandedSince = population.version() + 1;
                others = fleet.expect(strandedSince);
            }
            ban(1);
            Thread.sleep(pause);
        }
        double[] stranded = others.await(killed, PATIENCE);
        long said = System.nanoTime();
        long last = awaitBans();
        double[] all = fleet.expect(last).await(killed, PATIENCE);
        return new Killed(
                fleet.agents().size() / 2,
                last - before,
                stranded,
                all,
                (System.nanoTime() - said) / 1e6);
    }

    @Override
    public void close() {
        producer.close();
        replicas.forEach(Replica::close);
    }
}
