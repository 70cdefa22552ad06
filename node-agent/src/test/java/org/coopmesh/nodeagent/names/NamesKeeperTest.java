package org.coopmesh.nodeagent.names;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.coopmesh.contracts.membership.v1.FetchNamesRequest;
import org.coopmesh.contracts.membership.v1.FetchNamesResponse;
import org.coopmesh.contracts.membership.v1.NamesHead;
import org.coopmesh.contracts.membership.v1.NamesServiceGrpc.NamesServiceImplBase;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesKeeperTest {
    private static final byte[] SECRET = new byte[32];
    private static final String KEY = "0123456789abcdef";
    private static final String MILL = "10.201.1.1 mill.village.mesh";
    private static final String OVEN = "fd42:201:1::1 oven.village.mesh";

    @TempDir Path dir;
    private Path file;
    private Server server;
    private ManagedChannel channel;
    private final Village village = new Village();

    @BeforeEach
    void begin() throws IOException {
        file = dir.resolve("names/hosts.coopmesh");
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name).addService(village).build().start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    @AfterEach
    void end() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void whatTheCoopSignedStandsInTheFileForEveryResolver() throws Exception {
        village.has(3, MILL, OVEN);
        NamesKeeper keeper = keeper();
        assertThat(keeper.due()).isFalse();
        keeper.offered(3);

        assertThat(keeper.due()).isTrue();
        assertThat(keeper.update()).isTrue();

        assertThat(hosts()).containsExactly(MILL, OVEN);
        assertThat(Files.readAllLines(file))
                .allMatch(line -> line.startsWith("#") || line.contains(" "));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
        assertThat(keeper.due()).isFalse();
    }

    @Test
    void aChangeComesAsADifference() throws Exception {
        village.has(3, MILL);
        NamesKeeper keeper = fetched(3);

        village.difference = true;
        village.has(4, OVEN);
        keeper.offered(4);

        assertThat(keeper.update()).isTrue();
        assertThat(hosts()).containsExactly(OVEN);
        assertThat(village.asked)
                .extracting(FetchNamesRequest::getHaveSerial)
                .containsExactly(0L, 3L);
    }

    @Test
    void aDifferenceThatDoesNotAddUpIsFollowedByEverything() throws Exception {
        village.has(3, MILL);
        NamesKeeper keeper = fetched(3);

        village.difference = true;
        village.wrongDifference = true;
        village.has(4, MILL, OVEN);
        keeper.offered(4);

        assertThat(keeper.update()).isTrue();
        assertThat(hosts()).containsExactly(MILL, OVEN);
        assertThat(village.asked)
                .extracting(FetchNamesRequest::getHaveSerial)
                .containsExactly(0L, 3L, 0L);
    }

    @Test
    void withoutAServerTheNamesStayAlsoOverARestart() throws Exception {
        village.has(3, MILL, OVEN);
        fetched(3);
        server.shutdownNow();

        NamesKeeper again = keeper();
        again.takeUp();
        again.offered(4);

        assertThat(again.serial()).isEqualTo(3);
        assertThat(again.update()).isFalse();
        assertThat(hosts()).containsExactly(MILL, OVEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.201.1.1 mill.other.mesh",
                "10.201.1.1 example.org",
                "10.201.1.1 village.mesh",
                "10.201.1.1 notvillage.mesh",
                "10.201.1.1 localhost",
                "10.201.1.1 localhost.village.mesh",
                "127.0.0.1 mill.village.mesh",
                "::1 mill.village.mesh",
                "0.0.0.0 mill.village.mesh",
                "224.0.0.1 mill.village.mesh",
                "fe80::1 mill.village.mesh",
                "10.201.1.1 mill.village.mesh other.village.mesh",
                "10.201.1.1 Mill.village.mesh",
                "10.201.1.1 mill.village.mesh # why",
                "10.201.1.1\tmill.village.mesh",
                "010.201.1.1 mill.village.mesh",
                "10.201.1 mill.village.mesh",
                "1:2 mill.village.mesh",
                "mill.village.mesh",
                "",
                "# head",
                "10.201.1.1 mill.village.mesh\n10.201.1.2 oven.village.mesh"
            })
    void aListWithOneWrongLineIsRefusedWhole(String wrong) throws Exception {
        village.has(3, MILL);
        NamesKeeper keeper = fetched(3);
        byte[] before = Files.readAllBytes(file);

        village.has(4, OVEN, wrong);
        keeper.offered(4);

        assertThat(keeper.update()).isFalse();
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(keeper.serial()).isEqualTo(3);
    }

    @Test
    void aZoneThatDoesNotEndAsTheNodesOwnerSaysIsRefused() throws Exception {
        village.zone = "example.com";
        village.has(3, "10.201.1.1 www.example.com");
        NamesKeeper keeper = keeper();
        keeper.offered(3);

        assertThat(keeper.update()).isFalse();
        assertThat(file).doesNotExist();

        village.zone = "mesh";
        village.has(3, "10.201.1.1 www.mesh");
        assertThat(keeper.update()).isFalse();
    }

    @Test
    void whatNobodySignedIsRefused() throws Exception {
        village.has(3, MILL);
        village.secret = new byte[] {1, 2, 3};
        NamesKeeper keeper = keeper();
        keeper.offered(3);
        assertThat(keeper.update()).isFalse();

        village.secret = SECRET;
        village.keyId = "ffffffffffffffff";
        assertThat(keeper.update()).isFalse();

        assertThat(file).doesNotExist();
    }

    @Test
    void anOlderListIsRefused() throws Exception {
        village.has(5, MILL);
        NamesKeeper keeper = fetched(5);

        village.has(4, OVEN);
        keeper.offered(4);

        assertThat(keeper.update()).isFalse();
        assertThat(hosts()).containsExactly(MILL);
    }

    @Test
    void tooManyLinesAreRefused() throws Exception {
        var lines = new ArrayList<String>();
        for (int i = 0; i <= NameList.LINES_MAX; i++) {
            lines.add("10.%d.%d.1 mill.village.mesh".formatted(i / 250, i % 250));
        }
        village.has(3, lines.toArray(String[]::new));
        NamesKeeper keeper = keeper();
        keeper.offered(3);

        assertThat(keeper.update()).isFalse();
        assertThat(file).doesNotExist();
    }

    @Test
    void aFileThatSomebodyChangedIsTakenFromTheResolverAndFetchedAnew() throws Exception {
        village.has(3, MILL);
        fetched(3);
        String text = Files.readString(file);
        var random = new Random(3);
        for (int i = 0; i < 100; i++) {
            byte[] bent = text.getBytes(StandardCharsets.UTF_8);
            // The first line is about the rest, and nothing else
            int at = text.indexOf('\n') + random.nextInt(text.length() - text.indexOf('\n'));
            bent[at] ^= (byte) (1 << random.nextInt(7));
            Files.write(file, bent);

            NamesKeeper keeper = keeper();
            keeper.takeUp();

            if (keeper.serial() != 0) {
                // Only where a comment became another comment
                assertThat(hosts()).containsExactly(MILL);
            }
            Files.writeString(file, text);
        }
        Files.writeString(file, text.replace("10.201.1.1", "10.201.6.6"));
        NamesKeeper keeper = keeper();
        keeper.takeUp();
        assertThat(file).doesNotExist();
        assertThat(file.resolveSibling("hosts.coopmesh.damaged")).exists();
        keeper.offered(3);

        assertThat(keeper.due()).isTrue();
        assertThat(keeper.update()).isTrue();
        assertThat(hosts()).containsExactly(MILL);
    }

    @Test
    void aFileThatSomebodyRemovedIsFetchedAnew() throws Exception {
        village.has(3, MILL);
        NamesKeeper keeper = fetched(3);
        Files.delete(file);

        assertThat(keeper.due()).isTrue();
        assertThat(keeper.update()).isTrue();
        assertThat(hosts()).containsExactly(MILL);
    }

    private NamesKeeper keeper() {
        return new NamesKeeper(
                () -> channel,
                () -> Map.of(KEY, Ed25519Key.publicKeyOf(SECRET)),
                file,
                "mesh",
                new Random(1));
    }

    private NamesKeeper fetched(long serial) {
        NamesKeeper keeper = keeper();
        keeper.offered(serial);
        assertThat(keeper.update()).isTrue();
        return keeper;
    }

    private List<String> hosts() throws IOException {
        return Files.readAllLines(file).stream().filter(line -> !line.startsWith("#")).toList();
    }

    /** Membership, as far as names go. */
    private static final class Village extends NamesServiceImplBase {
        private final List<FetchNamesRequest> asked = new ArrayList<>();
        private TreeSet<String> before = new TreeSet<>();
        private TreeSet<String> lines = new TreeSet<>();
        private long serial;
        private String zone = "village.mesh";
        private String keyId = KEY;
        private byte[] secret = SECRET;
        private boolean difference;
        private boolean wrongDifference;

        void has(long newSerial, String... newLines) {
            before = lines;
            lines = new TreeSet<>(Arrays.asList(newLines));
            serial = newSerial;
        }

        @Override
        public void fetchNames(
                FetchNamesRequest request, StreamObserver<FetchNamesResponse> response) {
            asked.add(request);
            if (serial == 0) {
                response.onError(Status.UNAVAILABLE.asException());
                return;
            }
            boolean part = difference && request.getHaveSerial() > 0;
            var removed = new TreeSet<>(part ? before : List.<String>of());
            removed.removeAll(lines);
            var added = new ArrayList<>(lines);
            if (part) added.removeAll(before);
            if (part && wrongDifference) added.clear();
            long from = part ? request.getHaveSerial() : 0;
            response.onNext(
                    FetchNamesResponse.newBuilder()
                            .setFromSerial(from)
                            .addAllRemoved(removed)
                            .build());
            byte[] head =
                    NamesHead.newBuilder()
                            .setSerial(serial)
                            .setZone(zone)
                            .setLines(lines.size())
                            .setLinesHash(NameList.hash(lines))
                            .build()
                            .toByteArray();
            response.onNext(
                    FetchNamesResponse.newBuilder()
                            .setFromSerial(from)
                            .addAllAdded(added)
                            .setLast(true)
                            .setHead(ByteString.copyFrom(head))
                            .setSignature(ByteString.copyFrom(sign(head)))
                            .setKeyId(keyId)
                            .build());
            response.onCompleted();
        }

        private byte[] sign(byte[] head) {
            byte[] context = "coopmesh-names-v1\0".getBytes(StandardCharsets.US_ASCII);
            byte[] message = Arrays.copyOf(context, context.length + head.length);
            System.arraycopy(head, 0, message, context.length, head.length);
            byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
            Ed25519.sign(Arrays.copyOf(secret, 32), 0, message, 0, message.length, signature, 0);
            return signature;
        }
    }
}
