package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.coopmesh.nodeagent.topology.LinkSource.Reading;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Conversations with daemons that behave, and with some that do not. */
@Timeout(600)
class ExchangeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration IMPATIENCE = Duration.ofMillis(400);

    @TempDir Path directory;
    private final List<AutoCloseable> daemons = new ArrayList<>();

    @AfterEach
    void endAll() throws Exception {
        for (AutoCloseable daemon : daemons) daemon.close();
    }

    @Test
    void babeldIsFoundOnItsPortAndOnItsSocket() throws IOException {
        Conversation babeld =
                channel -> {
                    say(channel, "BABEL 1.0\nversion babeld-1.13\nhost x\nmy-id 02:00\nok\n");
                    if (!hear(channel, 5).equals("dump\n")) return;
                    say(channel, Answers.BABELD);
                };

        for (SocketAddress at : List.of(port(babeld), socket("babeld.sock", babeld))) {
            var source = new Babeld(List.of(nobody(), at));

            assertThat(source.find(Deadline.in(PATIENCE))).isTrue();
            assertThat(source.read(Deadline.in(PATIENCE)))
                    .isEqualTo(Answers.ALL.get("babeld").read());
        }
    }

    @Test
    void olsrdIsFoundAndReadOverHttp() throws IOException {
        var source =
                new Olsrd(
                        List.of(
                                nobody(),
                                port(http(path -> "<html>somebody else</html>")),
                                port(
                                        http(path ->
                                                path.equals("/links")
                                                        ? Answers.OLSRD_LINKS
                                                        : Answers.OLSRD_ROUTES))));

        assertThat(source.find(Deadline.in(PATIENCE))).isTrue();
        assertThat(source.read(Deadline.in(PATIENCE))).isEqualTo(Answers.ALL.get("olsrd").read());
    }

    @Test
    void olsrd2IsFoundAndReadOverItsTelnetPort() throws IOException {
        var source =
                new Olsrd2(
                        List.of(
                                nobody(),
                                port(channel -> {
                                    assertThat(hear(channel, 19)).isEqualTo("nhdpinfo json link\n");
                                    say(channel, Answers.OLSRD2_LINKS + "> ");
                                    if (hear(channel, 22).isEmpty()) return;
                                    say(channel, Answers.OLSRD2_ROUTES + "> ");
                                })));

        assertThat(source.find(Deadline.in(PATIENCE))).isTrue();
        assertThat(source.read(Deadline.in(PATIENCE))).isEqualTo(Answers.ALL.get("olsrd2").read());
    }

    @Test
    void yggdrasilIsAskedOneQuestionPerConnection() throws IOException {
        var source =
                new Yggdrasil(
                        List.of(
                                nobody(),
                                port(channel -> {
                                    String question = hear(channel, 17);
                                    if (question.contains("getself")) {
                                        say(channel, Answers.YGGDRASIL_SELF);
                                    } else if (question.contains("getpeer")) {
                                        say(channel, Answers.YGGDRASIL_PEERS_5);
                                    } else if (question.contains("getpath")) {
                                        say(channel, Answers.YGGDRASIL_PATHS);
                                    } else {
                                        say(channel, Answers.YGGDRASIL_SESSIONS);
                                    }
                                })));

        assertThat(source.find(Deadline.in(PATIENCE))).isTrue();
        assertThat(source.read(Deadline.in(PATIENCE)))
                .isEqualTo(Answers.ALL.get("yggdrasil 0.5").read());
    }

    @Test
    void cjdnsIsAskedByDatagramAndLateAnswersAreNotMistaken() throws Exception {
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        daemons.add(socket);
        daemon(() -> {
            while (true) {
                var question = new DatagramPacket(new byte[2_048], 2_048);
                socket.receive(question);
                String words =
                        new String(
                                question.getData(),
                                0,
                                question.getLength(),
                                StandardCharsets.US_ASCII);
                String answer =
                        words.contains("ping")
                                ? "d1:q4:ponge"
                                : words.contains("Core_nodeInfo")
                                        ? Answers.CJDNS_SELF
                                        : Answers.CJDNS_PEERS;
                var number = Pattern.compile("4:txid7:(.{7})").matcher(words);
                assertThat(number.find()).isTrue();
                for (String txid : List.of("0ldest1", number.group(1))) {
                    byte[] bytes =
                            Answers.bytes(
                                    answer.substring(0, answer.length() - 1)
                                            + "0004:txid7:"
                                            + txid
                                            + "e");
                    socket.send(
                            new DatagramPacket(bytes, bytes.length, question.getSocketAddress()));
                }
            }
        });
        var source = new Cjdns(List.of((InetSocketAddress) socket.getLocalSocketAddress()));

        assertThat(source.find(Deadline.in(PATIENCE))).isTrue();
        assertThat(source.read(Deadline.in(PATIENCE))).isEqualTo(Answers.ALL.get("cjdns").read());
    }

    @Test
    void aPortOfSomebodyElseIsNoSource() throws IOException {
        List<SocketAddress> others =
                List.of(
                        port(channel -> say(channel, "220 mail.example.org\r\n")),
                        port(channel -> say(channel, "")));

        for (LinkSource source :
                List.of(
                        new Babeld(others),
                        new Olsrd(others),
                        new Olsrd2(others),
                        new Yggdrasil(others))) {
            assertThat(source.find(Deadline.in(IMPATIENCE))).as(source.name()).isFalse();
        }
        assertThat(new Cjdns(List.of((InetSocketAddress) nobody())).find(Deadline.in(IMPATIENCE)))
                .isFalse();
    }

    @Test
    void whoDoesNotAnswerInTimeIsNotTakenForNobody() throws Exception {
        SocketAddress busy = port(ExchangeTest::silence);
        var silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        daemons.add(silent);

        for (LinkSource source :
                List.of(
                        new Babeld(List.of(busy, nobody())),
                        new Olsrd(List.of(busy, nobody())),
                        new Olsrd2(List.of(busy, nobody())),
                        new Yggdrasil(List.of(busy, nobody())),
                        new Cjdns(List.of((InetSocketAddress) silent.getLocalSocketAddress())))) {
            assertThatThrownBy(() -> source.find(Deadline.in(IMPATIENCE)))
                    .as(source.name())
                    .isInstanceOfSatisfying(
                            SourceFailed.class,
                            late -> assertThat(late.trouble()).isEqualTo(Trouble.LATE));
        }
    }

    @Test
    void aPortThatSomebodyHoldsInSilenceHidesNobodyBehindIt() throws Exception {
        SocketAddress babeld =
                port(channel -> {
                    say(channel, "BABEL 1.0\nok\n");
                    if (hear(channel, 5).equals("dump\n")) say(channel, Answers.BABELD);
                });
        var source = new Babeld(List.of(port(ExchangeTest::silence), babeld));

        assertThat(source.find(Deadline.in(Duration.ofSeconds(10)))).isTrue();
        assertThat(source.read(Deadline.in(PATIENCE))).isEqualTo(Answers.ALL.get("babeld").read());
    }

    @Test
    void aDaemonThatWasTooBusyAtItsStartIsFoundAMinuteLater() throws Exception {
        var busy = new AtomicBoolean(true);
        SocketAddress port =
                port(channel -> {
                    if (busy.get()) silence(channel);
                    say(channel, "BABEL 1.0\nok\n");
                    if (hear(channel, 5).equals("dump\n")) say(channel, Answers.BABELD);
                });
        var pace =
                new LinkSources.Pace(
                        Duration.ofMinutes(5), Duration.ofMinutes(1), PATIENCE, PATIENCE);
        var nanos = new AtomicLong();
        var impatient = new Babeld(List.of(port));
        var sources =
                new LinkSources(
                        List.of(
                                new LinkSource() {
                                    @Override
                                    public String name() {
                                        return impatient.name();
                                    }

                                    @Override
                                    public boolean find(Deadline deadline) throws IOException {
                                        return impatient.find(
                                                busy.get() ? Deadline.in(IMPATIENCE) : deadline);
                                    }

                                    @Override
                                    public Reading read(Deadline deadline) throws IOException {
                                        return impatient.read(deadline);
                                    }
                                }),
                        pace,
                        nanos::get);
        assertThat(sources.round().told()).isEmpty();
        busy.set(false);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());

        LinkSources.Round round = sources.round();

        assertThat(round.told()).containsExactly(new LinkSources.Told(Babeld.NAME, ""));
        assertThat(round.links()).isEqualTo(Answers.ALL.get("babeld").read().links());
    }

    @Test
    void endlessAnswersSilenceAndDripsEndInTime() throws IOException {
        var endless =
                socket(
                        "endless.sock",
                        channel -> {
                            say(channel, "BABEL 1.0\nok\n");
                            while (true) say(channel, "add weather 1 fine\n".repeat(1_000));
                        });
        var silent = socket("silent.sock", ExchangeTest::silence);
        var drip =
                socket(
                        "drip.sock",
                        channel -> {
                            say(channel, "BABEL 1.0\nok\n");
                            while (true) {
                                say(channel, "x");
                                Thread.sleep(20);
                            }
                        });
        var cut =
                socket(
                        "cut.sock",
                        channel -> {
                            say(channel, "BABEL 1.0\nok\n");
                            hear(channel, 5);
                            say(channel, "add neigh");
                        });

        assertThat(trouble(endless, PATIENCE)).isEqualTo(Trouble.LARGE);
        assertThat(trouble(silent, IMPATIENCE)).isEqualTo(Trouble.LATE);
        assertThat(trouble(drip, IMPATIENCE)).isEqualTo(Trouble.LATE);
        assertThat(trouble(cut, PATIENCE)).isEqualTo(Trouble.MALFORMED);
    }

    @Test
    void aSocketWithNobodyBehindItIsTroubleAndNotAbsence() throws Exception {
        SocketAddress left = Exchange.socket(directory + "/left.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(left).close();

        assertThat(trouble(left, PATIENCE)).isEqualTo(Trouble.GONE);
        assertThat(
                        new Babeld(List.of(Exchange.socket(directory + "/never.sock")))
                                .find(Deadline.in(PATIENCE)))
                .isFalse();
    }

    @Test
    void onlyThisMachineIsEverAsked() {
        assertThatThrownBy(() -> Exchange.loopback("192.0.2.1", 33_123))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCommandThatNeverEndsOrPrintsWithoutEndIsEnded() throws IOException {
        try (Command silent = Command.run(Deadline.in(IMPATIENCE), List.of("sleep", "600"))) {
            assertThatThrownBy(() -> silent.answer().readAllBytes())
                    .isInstanceOfSatisfying(
                            SourceFailed.class,
                            late -> assertThat(late.trouble()).isEqualTo(Trouble.LATE));
        }
        try (Command endless = Command.run(Deadline.in(PATIENCE), List.of("yes"))) {
            assertThatThrownBy(() -> endless.answer().readAllBytes())
                    .isInstanceOfSatisfying(
                            SourceFailed.class,
                            large -> assertThat(large.trouble()).isEqualTo(Trouble.LARGE));
        }
        try (Command failing = Command.run(Deadline.in(PATIENCE), List.of("false"))) {
            assertThat(failing.answer().readAllBytes()).isEmpty();
            assertThatThrownBy(failing::ends).isInstanceOf(SourceFailed.class);
        }
        try (Command talking = Command.run(Deadline.in(PATIENCE), List.of("echo", "all of it"))) {
            assertThat(new String(talking.answer().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("all of it\n");
            talking.ends();
        }
        assertThatThrownBy(() -> Command.run(Deadline.in(PATIENCE), List.of("no-such-tool")))
                .isInstanceOf(SourceFailed.class);
    }

    private static Trouble trouble(SocketAddress at, Duration patience) throws IOException {
        var babeld = new Babeld(List.of(at));
        assertThat(babeld.find(Deadline.in(patience))).isTrue();
        long begun = System.nanoTime();
        try {
            Reading read = babeld.read(Deadline.in(patience));
            throw new AssertionError("read " + read);
        } catch (SourceFailed failed) {
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isLessThan(patience.plusSeconds(30));
            return failed.trouble();
        }
    }

    private interface Conversation {
        void with(SocketChannel channel) throws Exception;
    }

    private interface Pages {
        String at(String path);
    }

    private static Conversation http(Pages pages) {
        return channel -> {
            String path = hear(channel, 26).split(" ")[1];
            say(
                    channel,
                    "HTTP/1.1 200 OK\r\nContent-type: application/json\r\nConnection: close\r\n\r\n"
                            + pages.at(path));
        };
    }

    private static void silence(SocketChannel channel) throws Exception {
        Thread.sleep(Duration.ofMinutes(10));
    }

    private static void say(SocketChannel channel, String words) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Answers.bytes(words));
        while (bytes.hasRemaining()) channel.write(bytes);
    }

    private static String hear(SocketChannel channel, int bytes) throws IOException {
        var heard = new ByteArrayOutputStream();
        ByteBuffer some = ByteBuffer.allocate(1_024);
        while (heard.size() < bytes && channel.read(some.clear()) > 0) {
            heard.writeBytes(Arrays.copyOf(some.array(), some.position()));
        }
        return heard.toString(StandardCharsets.UTF_8);
    }

    private SocketAddress port(Conversation conversation) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return serve(server, conversation);
    }

    private SocketAddress socket(String name, Conversation conversation) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(directory.resolve(name)));
        return serve(server, conversation);
    }

    private SocketAddress serve(ServerSocketChannel server, Conversation conversation)
            throws IOException {
        daemons.add(server);
        daemon(() -> {
            while (true) {
                SocketChannel channel = server.accept();
                daemon(() -> {
                    try (channel) {
                        conversation.with(channel);
                    }
                });
            }
        });
        return server.getLocalAddress();
    }

    /** A port where nobody listens. */
    private static SocketAddress nobody() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            return server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .getLocalAddress();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private void daemon(Work work) {
        Thread thread =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                work.run();
                            } catch (Exception ended) {
                                // The agent hung up, or the test is over.
                            }
                        });
        daemons.addFirst(thread::interrupt);
    }
}
