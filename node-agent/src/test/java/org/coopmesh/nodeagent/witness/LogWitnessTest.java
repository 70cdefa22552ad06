package org.coopmesh.nodeagent.witness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.coopmesh.contracts.membership.v1.LookAtLogRequest;
import org.coopmesh.contracts.membership.v1.LookAtLogResponse;
import org.coopmesh.contracts.membership.v1.Testimony;
import org.coopmesh.contracts.membership.v1.TestimonyAccepted;
import org.coopmesh.contracts.membership.v1.WitnessServiceGrpc.WitnessServiceImplBase;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogWitnessTest {
    private static final String NAME = "coop.example/log";
    private static final byte[] NODE_SECRET = secret(9);
    private static final String NODE = "ab".repeat(32);
    private static final Instant NOW = Instant.ofEpochSecond(1_780_000_000);

    /** Root of the eight leaves that Certificate Transparency logs are tested with. */
    private static final String KNOWN_ROOT =
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";

    private static final List<String> KNOWN =
            List.of(
                    "",
                    "00",
                    "10",
                    "2021",
                    "3031",
                    "40414243",
                    "5051525354555657",
                    "606162636465666768696a6b6c6d6e6f");

    @TempDir Path dir;
    private Server server;
    private ManagedChannel channel;
    private final Coop coop = new Coop();

    @BeforeEach
    void begin() throws IOException {
        String name = InProcessServerBuilder.generateName();
        server =
                InProcessServerBuilder.forName(name)
                        .directExecutor()
                        .addService(coop)
                        .build()
                        .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @AfterEach
    void end() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void theTreeIsThatOfRfc6962() {
        var tree = new GrowingTree();
        KNOWN.forEach(hex -> tree.add(leaf(HexFormat.of().parseHex(hex))));

        assertThat(HexFormat.of().formatHex(tree.root())).isEqualTo(KNOWN_ROOT);
    }

    @Test
    void aCheckpointIsSeenKeptAndCosigned() {
        coop.grow(5);
        LogWitness witness = witness();

        assertThat(witness.look()).isTrue();
        assertThat(witness.look()).isTrue();

        assertThat(witness.size()).isEqualTo(5);
        assertThat(coop.heard).hasSize(1);
        String line = coop.heard.getFirst().getCosignature();
        assertThat(line).startsWith("— node/" + NODE + " ");
        byte[] signed = Base64.getDecoder().decode(line.substring(line.lastIndexOf(' ') + 1));
        assertThat(ByteBuffer.wrap(signed, 4, 8).getLong()).isEqualTo(NOW.getEpochSecond());
        String text = coop.note().substring(0, coop.note().indexOf("\n\n") + 1);
        byte[] message =
                ("cosignature/v1\ntime " + NOW.getEpochSecond() + "\n" + text)
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(
                        Ed25519Key.read(Ed25519Key.publicKeyOf(NODE_SECRET))
                                .signed(message, Arrays.copyOfRange(signed, 12, signed.length)))
                .isTrue();
    }

    @Test
    void aLogThatGrewGoesOnAlsoOverARestartAndInPages() {
        coop.grow(3);
        witness().look();
        coop.page = 4;
        coop.grow(9);
        LogWitness again = witness();

        assertThat(again.size()).as("with no server asked").isEqualTo(3);
        assertThat(again.look()).isTrue();

        assertThat(again.size()).isEqualTo(12);
        assertThat(coop.asked).containsExactly(0L, 3L, 7L, 11L);
    }

    @Test
    void aRewrittenHistoryIsRefusedAndTold() {
        coop.grow(6);
        LogWitness witness = witness();
        witness.look();
        String seen = coop.note();
        coop.rewrite(2);
        coop.grow(1);

        assertThat(witness.look()).isFalse();
        assertThat(witness.look()).isFalse();

        assertThat(coop.heard).hasSize(2);
        assertThat(coop.heard.getLast().getRefused().getWhy()).isEqualTo("forked");
        assertThat(coop.heard.getLast().getRefused().getSeen()).isEqualTo(seen);
        assertThat(coop.heard.getLast().getCheckpoint()).isEqualTo(coop.note());
        assertThat(witness().size()).as("what was seen stays").isEqualTo(6);
    }

    @Test
    void anotherRootOfTheSameSizeIsRefused() {
        coop.grow(6);
        LogWitness witness = witness();
        witness.look();
        coop.rewrite(5);

        assertThat(witness.look()).isFalse();
        assertThat(coop.heard.getLast().getRefused().getWhy()).isEqualTo("forked");
    }

    @Test
    void anOldCheckpointPlayedAgainIsRefused() {
        coop.grow(6);
        LogWitness witness = witness();
        witness.look();
        coop.cut(4);

        assertThat(witness.look()).isFalse();
        assertThat(coop.heard.getLast().getRefused().getWhy()).isEqualTo("cut-off");
        assertThat(witness.size()).isEqualTo(6);
    }

    @Test
    void aForgedCheckpointIsRefused() {
        coop.grow(2);
        LogWitness witness = witness();
        witness.look();
        coop.secrets = List.of(secret(5));
        coop.grow(1);

        assertThat(witness.look()).isFalse();
        assertThat(coop.heard.getLast().getRefused().getWhy()).isEqualTo("unsigned");
    }

    @Test
    void aKeyThatSignsBesideAKnownOneIsTakenUp() {
        byte[] first = coop.secrets.getFirst();
        coop.grow(2);
        LogWitness witness = witness();
        witness.look();
        coop.secrets = List.of(secret(5), first);
        coop.grow(1);
        assertThat(witness.look()).isTrue();
        coop.secrets = List.of(secret(5));
        coop.grow(1);

        assertThat(witness.look()).isTrue();
        assertThat(witness.size()).isEqualTo(4);
    }

    @Test
    void whatTheRelayMakesUpIsNotCosigned() {
        coop.grow(4);
        coop.lie = true;

        assertThat(witness().look()).isFalse();
        assertThat(coop.heard).allMatch(Testimony::hasRefused);
    }

    @Test
    void withoutALogAndWithoutAServerNothingHappens() {
        LogWitness witness = witness();

        assertThat(witness.look()).isFalse();
        server.shutdownNow();
        assertThat(witness.look()).isFalse();
        assertThat(coop.heard).isEmpty();
    }

    @Test
    void aDamagedFileIsNoMemory() throws Exception {
        coop.grow(4);
        witness().look();
        Path file = dir.resolve("log-seen");
        Files.writeString(file, Files.readString(file).replaceFirst("root [0-9a-f]", "root x"));

        assertThat(witness().size()).isZero();
    }

    private LogWitness witness() {
        var witness =
                new LogWitness(
                        () -> channel,
                        NODE,
                        Ed25519Key.publicKeyOf(NODE_SECRET),
                        message -> Ed25519Key.sign(NODE_SECRET, message),
                        dir.resolve("log-seen"),
                        Duration.ofMinutes(10),
                        InstantSource.fixed(NOW),
                        new Random(1));
        witness.takeUp();
        return witness;
    }

    private static byte[] secret(int number) {
        byte[] secret = new byte[32];
        secret[0] = (byte) number;
        return secret;
    }

    private static byte[] leaf(byte[] entry) {
        var digest = GrowingTree.sha256();
        digest.update((byte) 0);
        return digest.digest(entry);
    }

    /** The co-op's log, membership's way of carrying it, and what it hears. */
    private static final class Coop extends WitnessServiceImplBase {
        private final List<byte[]> leaves = new ArrayList<>();
        private final List<Testimony> heard = new ArrayList<>();
        private final List<Long> asked = new ArrayList<>();
        private List<byte[]> secrets = List.of(secret(1));
        private int page = 4_096;
        private boolean lie;

        void grow(int entries) {
            for (int i = 0; i < entries; i++) leaves.add(leaf(new byte[] {(byte) leaves.size()}));
        }

        void rewrite(int index) {
            leaves.set(index, leaf(new byte[] {99}));
        }

        void cut(int size) {
            leaves.subList(size, leaves.size()).clear();
        }

        String note() {
            var tree = new GrowingTree();
            leaves.forEach(tree::add);
            String text =
                    NAME
                            + "\n"
                            + leaves.size()
                            + "\n"
                            + Base64.getEncoder().encodeToString(tree.root())
                            + "\n";
            var note = new StringBuilder(text).append('\n');
            for (byte[] secret : secrets) {
                byte[] signature = Ed25519Key.sign(secret, text.getBytes(StandardCharsets.UTF_8));
                byte[] line = ByteBuffer.allocate(68).put(id(secret)).put(signature).array();
                note.append("— ")
                        .append(NAME)
                        .append(' ')
                        .append(Base64.getEncoder().encodeToString(line))
                        .append('\n');
            }
            return note.toString();
        }

        private static byte[] typed(byte[] secret) {
            byte[] info = Ed25519Key.publicKeyOf(secret);
            byte[] typed = Arrays.copyOfRange(info, info.length - 33, info.length);
            typed[0] = 1;
            return typed;
        }

        private static byte[] id(byte[] secret) {
            var digest = GrowingTree.sha256();
            digest.update((NAME + "\n").getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest.digest(typed(secret)), 4);
        }

        @Override
        public void lookAtLog(
                LookAtLogRequest request, StreamObserver<LookAtLogResponse> response) {
            asked.add(request.getFromSize());
            var answer = LookAtLogResponse.newBuilder();
            if (!leaves.isEmpty()) {
                int from = (int) Math.min(request.getFromSize(), leaves.size());
                List<ByteString> some = new ArrayList<>();
                for (byte[] leaf : leaves.subList(from, Math.min(leaves.size(), from + page))) {
                    some.add(ByteString.copyFrom(lie ? leaf(leaf) : leaf));
                }
                answer.setCheckpoint(note()).setLeafHashes(ByteString.copyFrom(some));
                for (byte[] secret : secrets) {
                    answer.addKeys(
                            NAME
                                    + "+"
                                    + HexFormat.of().formatHex(id(secret))
                                    + "+"
                                    + Base64.getEncoder().encodeToString(typed(secret)));
                }
            }
            response.onNext(answer.build());
            response.onCompleted();
        }

        @Override
        public void testify(Testimony request, StreamObserver<TestimonyAccepted> response) {
            heard.add(request);
            response.onNext(TestimonyAccepted.getDefaultInstance());
            response.onCompleted();
        }
    }
}
