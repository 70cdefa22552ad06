package org.coopmesh.quickstart;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A mail server on loopback that delivers nothing and keeps what it takes, at most {@value #KEPT_MAX} mails; and fails in the
 * ways that real ones do.
 */
public final class MailSink implements AutoCloseable {
    private static final String TAKES = "250 taken";
    private static final int KEPT_MAX = 20_000;

    /** A mail as it came in. */
    public record Taken(String from, String to, String text) {
        /** With its parts. */
        public MimeMessage parsed() {
            try {
                return new MimeMessage(
                        Session.getInstance(new Properties()),
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
            } catch (MessagingException unreadable) {
                throw new IllegalStateException(unreadable);
            }
        }

        /** What it says as plain text; empty where it says nothing so. */
        public String words() {
            try {
                return words(parsed());
            } catch (MessagingException | IOException unreadable) {
                throw new IllegalStateException(unreadable);
            }
        }

        private static String words(Part part) throws MessagingException, IOException {
            if (part.getFileName() != null) return "";
            if (part.isMimeType("text/plain")) return (String) part.getContent();
            if (!(part.getContent() instanceof Multipart parts)) return "";
            for (int i = 0; i < parts.getCount(); i++) {
                String words = words(parts.getBodyPart(i));
                if (!words.isEmpty()) return words;
            }
            return "";
        }

        /** What it is about. */
        public String subject() {
            try {
                return String.valueOf(parsed().getSubject());
            } catch (MessagingException unreadable) {
                throw new IllegalStateException(unreadable);
            }
        }

        /** The name that its sender gave it. */
        public String messageId() {
            try {
                return parsed().getMessageID();
            } catch (MessagingException unreadable) {
                throw new IllegalStateException(unreadable);
            }
        }
    }

    /** What came in, the oldest first. */
    public final List<Taken> taken = new CopyOnWriteArrayList<>();

    /** The answer to an address. */
    public volatile UnaryOperator<String> toAddress = to -> TAKES;

    /** The answer to a whole text, by its recipient; null breaks the line without one. */
    public volatile UnaryOperator<@Nullable String> toText = to -> TAKES;

    private final int port;
    private final Set<Socket> lines = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket server;

    /** @param port 0 for any */
    public MailSink(int port) throws IOException {
        server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        this.port = server.getLocalPort();
        listen();
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** Forgets everything, and takes every mail. */
    public void behaves() {
        toAddress = to -> TAKES;
        toText = to -> TAKES;
        taken.clear();
    }

    /** Breaks all lines and listens no more. */
    public void goesDown() throws IOException {
        server.close();
        for (Socket line : lines) {
            line.close();
        }
    }

    /** Listens again. */
    public void comesBack() throws IOException {
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listen();
    }

    private void listen() {
        ServerSocket listening = server;
        Thread.ofVirtual()
                .start(() -> {
                    while (!listening.isClosed()) {
                        try {
                            Socket line = listening.accept();
                            lines.add(line);
                            Thread.ofVirtual().start(() -> talk(line));
                        } catch (IOException closed) {
                            return;
                        }
                    }
                });
    }

    private void talk(Socket line) {
        try (line) {
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    line.getInputStream(), StandardCharsets.ISO_8859_1));
            OutputStream out = line.getOutputStream();
            say(out, "220 sink");
            String from = "";
            String to = "";
            for (String command = in.readLine(); command != null; command = in.readLine()) {
                String verb = command.split("[ :]", -1)[0].toUpperCase(Locale.ROOT);
                switch (verb) {
                    case "EHLO" -> say(out, "250-sink\r\n250 8BITMIME");
                    case "MAIL" -> {
                        from = address(command);
                        say(out, TAKES);
                    }
                    case "RCPT" -> {
                        to = address(command);
                        say(out, toAddress.apply(to));
                    }
                    case "DATA" -> {
                        say(out, "354 go on");
                        String text = text(in);
                        String answer = toText.apply(to);
                        if (answer == null || answer.startsWith("2")) {
                            if (taken.size() == KEPT_MAX) taken.removeFirst();
                            taken.add(new Taken(from, to, text));
                        }
                        if (answer == null) {
                            return;
                        }
                        say(out, answer);
                    }
                    case "QUIT" -> {
                        say(out, "221 bye");
                        return;
                    }
                    default -> say(out, TAKES);
                }
            }
        } catch (IOException gone) {
            // The client went away.
        } finally {
            lines.remove(line);
        }
    }

    private static String text(BufferedReader in) throws IOException {
        var text = new StringBuilder();
        for (String each = in.readLine(); each != null; each = in.readLine()) {
            if (each.equals(".")) {
                return text.toString();
            }
            text.append(each.startsWith(".") ? each.substring(1) : each).append("\r\n");
        }
        throw new IOException("cut off within the text");
    }

    private static String address(String command) {
        return command.substring(command.indexOf('<') + 1, command.indexOf('>'));
    }

    private static void say(OutputStream out, String answer) throws IOException {
        out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        goesDown();
    }
}
