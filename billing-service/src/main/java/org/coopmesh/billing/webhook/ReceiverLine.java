package org.coopmesh.billing.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.coopmesh.billing.webhook.Receiver.Header;

/**
 * Hands one message to one receiver: HTTP/1.1 over a connection of its own to an address that was checked, with one deadline
 * for all of it. An HTTP client would look the name up again, and be led elsewhere.
 */
final class ReceiverLine implements Closeable {
    static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    /** From the first byte out to the status in. */
    static final Duration ANSWER_MAX = Duration.ofSeconds(15);

    /** Of the answer only the head is read, up to here. */
    static final int HEAD_BYTES_MAX = 1 << 14;

    private static final int ADDRESSES_MAX = 3;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");
    private static final String END = "\r\n\r\n";
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final Reach reach;
    private final SSLSocketFactory tls;
    private final Duration answerMax;
    private final ScheduledExecutorService deadlines =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("webhook-deadline").factory());

    ReceiverLine(Reach reach, SSLSocketFactory tls, Duration answerMax) {
        this.reach = reach;
        this.tls = tls;
        this.answerMax = answerMax;
    }

    /** That no status came, and why. */
    static final class NotReached extends Exception {
        private static final long serialVersionUID = 1L;

        NotReached(String why) {
            super(why);
        }
    }

    /**
     * Posts {@code body} and waits for the status of the answer, which alone is looked at.
     *
     * @throws NotReached if there is none
     */
    int post(URI url, List<Header> headers, byte[] body) throws NotReached {
        List<InetAddress> addresses;
        try {
            addresses = reach.addresses(url);
        } catch (UnknownHostException unknown) {
            throw new NotReached("no such name: " + url.getHost());
        }
        if (addresses.isEmpty()) {
            throw new NotReached(
                    url.getHost() + " is at an address that messages may not be sent to");
        }
        try (Socket socket = connect(addresses, port(url))) {
            var late = new AtomicBoolean();
            Future<?> deadline =
                    deadlines.schedule(
                            () -> {
                                late.set(true);
                                cut(socket);
                            },
                            answerMax.toMillis(),
                            TimeUnit.MILLISECONDS);
            try {
                return talk(socket, url, headers, body);
            } catch (IOException failed) {
                throw new NotReached(
                        late.get()
                                ? "no answer within " + answerMax.toMillis() + " ms"
                                : why(failed));
            } finally {
                deadline.cancel(false);
            }
        } catch (IOException notClosed) {
            throw new NotReached(why(notClosed));
        }
    }

    private static Socket connect(List<InetAddress> addresses, int port) throws NotReached {
        String why = "";
        for (InetAddress address : addresses.stream().limit(ADDRESSES_MAX).toList()) {
            // The caller closes it. No proxy: it would look up for itself.
            @SuppressWarnings("resource")
            var socket = new Socket(Proxy.NO_PROXY);
            try {
                socket.connect(
                        new InetSocketAddress(address, port),
                        Math.toIntExact(CONNECT_MAX.toMillis()));
                return socket;
            } catch (IOException away) {
                why = why(away);
                cut(socket);
            }
        }
        throw new NotReached("not connected: " + why);
    }

    private int talk(Socket plain, URI url, List<Header> headers, byte[] body) throws IOException {
        Socket socket = plain;
        if ("https".equals(url.getScheme())) {
            var secured = (SSLSocket) tls.createSocket(plain, url.getHost(), port(url), false);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            socket = secured;
        }
        OutputStream out = socket.getOutputStream();
        out.write(head(url, headers, body.length).getBytes(US_ASCII));
        out.write(body);
        out.flush();
        return status(new BufferedInputStream(socket.getInputStream()));
    }

    private static String head(URI url, List<Header> headers, int length) {
        String path =
                url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        var head = new StringBuilder("POST ").append(path);
        if (url.getRawQuery() != null) {
            head.append('?').append(url.getRawQuery());
        }
        head.append(" HTTP/1.1\r\nhost: ").append(url.getRawAuthority());
        head.append("\r\nuser-agent: Coopmesh\r\ncontent-type: application/json");
        for (Header header : headers) {
            head.append("\r\n").append(header.name()).append(": ").append(header.value());
        }
        return head.append("\r\ncontent-length: ")
                .append(length)
                .append("\r\nconnection: close")
                .append(END)
                .toString();
    }

    /** Of the first answer that is not only on the way to one. */
    private static int status(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int read = 0; read < HEAD_BYTES_MAX; read++) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the answer breaks off");
            }
            head.append((char) next);
            if (next == '\n' && head.indexOf(END, Math.max(0, head.length() - END.length())) >= 0) {
                Matcher line = STATUS.matcher(head.substring(0, head.indexOf("\r\n")));
                if (!line.matches()) {
                    throw new IOException("no HTTP: " + printable(head));
                }
                int status = Integer.parseInt(line.group(1));
                if (status >= 200) {
                    return status;
                }
                head.setLength(0);
            }
        }
        throw new IOException("the head of the answer is longer than " + HEAD_BYTES_MAX + " bytes");
    }

    private static String printable(CharSequence text) {
        return text.chars()
                .limit(40)
                .map(c -> c >= ' ' && c < 127 ? c : '?')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return "https".equals(url.getScheme()) ? HTTPS_PORT : HTTP_PORT;
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException closed) {
            // It is gone either way.
        }
    }

    private static String why(IOException failed) {
        return failed.getMessage() == null
                ? failed.getClass().getSimpleName()
                : failed.getMessage();
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
    }
}
