package org.coopmesh.billing.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.coopmesh.billing.webhook.Receiver.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against receivers that answer as they like. */
class ReceiverLineTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final byte[] BODY = "{\"type\":\"webhook.test\"}".getBytes(UTF_8);

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    /** What somebody does once they have the whole request. */
    private interface Answer {
        void to(OutputStream out) throws Exception;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) each.close();
    }

    @Test
    void theMessageArrivesByteForByteWithItsHeaders() throws Exception {
        int port = receiver(out -> out.write(bytes("HTTP/1.1 204 No Content\r\n\r\n")));

        int status =
                line(LONG)
                        .post(
                                URI.create("http://127.0.0.1:%d/a%%20b?c=d".formatted(port)),
                                List.of(new Header("webhook-id", "msg_1")),
                                BODY);

        assertThat(status).isEqualTo(204);
        assertThat(heard)
                .singleElement()
                .asString()
                .startsWith("POST /a%20b?c=d HTTP/1.1\r\nhost: 127.0.0.1:" + port + "\r\n")
                .contains("\r\nwebhook-id: msg_1\r\n", "\r\ncontent-type: application/json\r\n")
                .endsWith("\r\n\r\n" + new String(BODY, UTF_8));
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        int other = receiver(out -> out.write(bytes("HTTP/1.1 200 OK\r\n\r\n")));
        int port =
                receiver(out ->
                        out.write(
                                bytes(
                                        "HTTP/1.1 307 Away\r\nlocation: http://127.0.0.1:%d/\r\n\r\n"
                                                .formatted(other))));

        int status = line(LONG).post(url(port), List.of(), BODY);

        assertThat(status).isEqualTo(307);
        assertThat(heard).hasSize(1);
    }

    @Test
    void anAnswerOnTheWayIsNotTheAnswer() throws Exception {
        int port =
                receiver(out ->
                        out.write(
                                bytes(
                                        "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 410 Gone\r\n\r\n")));

        assertThat(line(LONG).post(url(port), List.of(), BODY)).isEqualTo(410);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH\r\n\r\n",
                "HTTP/1.1 999 Odd\r\n\r\n",
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.1 200 OK\r\n",
                ""
            })
    void whatIsNoAnswerIsTold(String answer) throws Exception {
        int port = receiver(out -> out.write(bytes(answer)));

        assertThatThrownBy(() -> line(LONG).post(url(port), List.of(), BODY))
                .isInstanceOf(ReceiverLine.NotReached.class);
    }

    @Test
    void anAnswerWithoutEndIsReadUpToItsLimit() throws Exception {
        var sent = new AtomicInteger();
        int port =
                receiver(out -> {
                    out.write(bytes("HTTP/1.1 200 OK\r\n"));
                    while (true) {
                        out.write(bytes("a: " + "b".repeat(1_000) + "\r\n"));
                        sent.addAndGet(1_000);
                    }
                });

        assertThatThrownBy(() -> line(LONG).post(url(port), List.of(), BODY))
                .isInstanceOf(ReceiverLine.NotReached.class)
                .hasMessageContaining("longer than 16384 bytes");
    }

    @Test
    void whoAnswersByteAfterByteIsCutOffAtTheDeadline() throws Exception {
        int port =
                receiver(out -> {
                    for (byte each : bytes("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(2_000))) {
                        out.write(each);
                        out.flush();
                        Thread.sleep(20);
                    }
                });

        assertThatThrownBy(() -> line(Duration.ofMillis(300)).post(url(port), List.of(), BODY))
                .isInstanceOf(ReceiverLine.NotReached.class)
                .hasMessage("no answer within 300 ms");
    }

    @Test
    void aNameIsAskedOnceAndTheCheckedAddressIsTheOneConnectedTo() throws Exception {
        int port = receiver(out -> out.write(bytes("HTTP/1.1 200 OK\r\n\r\n")));
        var asked = new AtomicInteger();
        // The first answer is fine; whoever asks again is led to this machine.
        var reach =
                new Reach(
                        Network.all("127.0.0.2"),
                        host ->
                                new InetAddress[] {
                                    asked.incrementAndGet() == 1
                                            ? InetAddress.ofLiteral("127.0.0.2")
                                            : LOOPBACK
                                });
        var line = new ReceiverLine(reach, (SSLSocketFactory) SSLSocketFactory.getDefault(), LONG);
        open.add(line);

        assertThatThrownBy(() ->
                        line.post(URI.create("http://rebound.example:" + port), List.of(), BODY))
                .isInstanceOf(ReceiverLine.NotReached.class)
                .hasMessageContaining("not connected");

        assertThat(asked).hasValue(1);
        assertThat(heard).isEmpty();
    }

    @Test
    void thisMachineIsNotReachedUnlessASettingSaysSo() throws Exception {
        int port = receiver(out -> out.write(bytes("HTTP/1.1 200 OK\r\n\r\n")));
        var line =
                new ReceiverLine(
                        new Reach(List.of(), InetAddress::getAllByName),
                        (SSLSocketFactory) SSLSocketFactory.getDefault(),
                        LONG);
        open.add(line);

        assertThatThrownBy(() -> line.post(url(port), List.of(), BODY))
                .hasMessageContaining("may not be sent to");
        assertThat(heard).isEmpty();
    }

    @Test
    void aCertificateIsForTheNameThatWasAsked() throws Exception {
        SSLContext tls = Certificates.forName("tool.example");
        int port = receiver(tls, out -> out.write(bytes("HTTP/1.1 200 OK\r\n\r\n")));
        var reach = new Reach(Network.all("127.0.0.1"), host -> new InetAddress[] {LOOPBACK});
        var line = new ReceiverLine(reach, tls.getSocketFactory(), LONG);
        open.add(line);

        int status = line.post(URI.create("https://tool.example:" + port + "/"), List.of(), BODY);

        assertThat(status).isEqualTo(200);
        assertThatThrownBy(() ->
                        line.post(
                                URI.create("https://other.example:" + port + "/"), List.of(), BODY))
                .isInstanceOf(ReceiverLine.NotReached.class)
                .hasMessageContaining("other.example");
        assertThat(heard).hasSize(1);
    }

    private ReceiverLine line(Duration answerMax) {
        var line =
                new ReceiverLine(
                        new Reach(Network.all("127.0.0.1"), InetAddress::getAllByName),
                        (SSLSocketFactory) SSLSocketFactory.getDefault(),
                        answerMax);
        open.add(line);
        return line;
    }

    private static URI url(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private int receiver(Answer answer) throws IOException {
        return receive(new ServerSocket(0, 50, LOOPBACK), answer);
    }

    private int receiver(SSLContext tls, Answer answer) throws IOException {
        return receive(tls.getServerSocketFactory().createServerSocket(0, 50, LOOPBACK), answer);
    }

    private int receive(ServerSocket server, Answer answer) {
        open.add(server);
        Thread.ofVirtual()
                .start(() -> {
                    while (!server.isClosed()) {
                        try (Socket socket = server.accept()) {
                            heard.add(request(socket.getInputStream()));
                            answer.to(socket.getOutputStream());
                            socket.getOutputStream().flush();
                        } catch (Exception gone) {
                            // The sender went away, as some of these tests want.
                        }
                    }
                });
        return server.getLocalPort();
    }

    private static String request(InputStream in) throws IOException {
        var request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) throw new IOException("no request");
            request.append((char) next);
        }
        int length =
                Integer.parseInt(
                        request.toString().replaceFirst("(?s).*content-length: (\\d+).*", "$1"));
        return request + new String(in.readNBytes(length), ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** A receiver's key, whose certificate is trusted by the same context. */
    private static final class Certificates {
        static SSLContext forName(String name) throws Exception {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            var keys = KeyPairGenerator.getInstance("EC");
            keys.initialize(256);
            var pair = keys.generateKeyPair();
            var subject = new X500Name("CN=" + name);
            var certificate =
                    new JcaX509v3CertificateBuilder(
                                    subject,
                                    BigInteger.ONE,
                                    Date.from(Instant.parse("2020-01-01T00:00:00Z")),
                                    Date.from(Instant.parse("2099-01-01T00:00:00Z")),
                                    subject,
                                    pair.getPublic())
                            .addExtension(
                                    Extension.subjectAlternativeName,
                                    false,
                                    new GeneralNames(new GeneralName(GeneralName.dNSName, name)))
                            .build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(pair.getPrivate()));
            var x509 = new JcaX509CertificateConverter().getCertificate(certificate);
            char[] none = new char[0];
            store.setKeyEntry("k", pair.getPrivate(), none, new Certificate[] {x509});
            store.setCertificateEntry("c", x509);
            var keyManagers =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyManagers.init(store, none);
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);
            return tls;
        }
    }
}
