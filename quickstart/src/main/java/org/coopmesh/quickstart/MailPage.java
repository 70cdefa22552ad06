package org.coopmesh.quickstart;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.coopmesh.quickstart.MailSink.Taken;

/** Everybody's letter box, to look at in a browser: what the co-op has mailed, the newest first. */
final class MailPage implements AutoCloseable {
    private static final int SHOWN_MAX = 200;
    private static final Pattern LINK = Pattern.compile("https?://[^\\s<>\"]+");
    private static final String HEAD =
            """
            <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Letter box of the demo</title><style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
            table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ccc }
            pre { white-space: pre-wrap; font: inherit; border: 1px solid #ccc; border-radius: .5rem; padding: 1rem }
            </style></head><body><main>
            """;

    private final MailSink sink;
    private final HttpServer server;

    /** @param port 0 for any */
    MailPage(MailSink sink, int port) throws IOException {
        this.sink = sink;
        server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/", -1);
        try {
            List<Taken> mails = List.copyOf(sink.taken);
            if (path[0].isEmpty()) {
                write(exchange, 200, "text/html; charset=utf-8", bytes(list(mails)));
                return;
            }
            Taken mail = mails.get(Integer.parseInt(path[0]));
            if (path.length == 1) {
                write(exchange, 200, "text/html; charset=utf-8", bytes(one(mail, path[0])));
                return;
            }
            Part part = enclosures(mail.parsed()).get(Integer.parseInt(path[1]));
            try (InputStream in = part.getInputStream()) {
                write(
                        exchange,
                        200,
                        part.isMimeType("application/pdf")
                                ? "application/pdf"
                                : "application/octet-stream",
                        in.readAllBytes());
            }
        } catch (IndexOutOfBoundsException | NumberFormatException nowhere) {
            write(exchange, 404, "text/plain", bytes("there is no such mail"));
        } catch (MessagingException unreadable) {
            write(exchange, 500, "text/plain", bytes("unreadable: " + unreadable.getMessage()));
        }
    }

    private static String list(List<Taken> mails) throws MessagingException {
        var page = new StringBuilder(HEAD);
        page.append(
                        "<h1>Letter box of the demo</h1><p>What the co-op has mailed. Nothing leaves this machine.</p>")
                .append("<table><thead><tr><th>To</th><th>Subject</th></tr></thead><tbody>");
        int oldest = Math.max(0, mails.size() - SHOWN_MAX);
        for (int i = mails.size() - 1; i >= oldest; i--) {
            page.append("<tr><td>")
                    .append(escaped(mails.get(i).to()))
                    .append("</td><td><a href=\"/")
                    .append(i)
                    .append("\">")
                    .append(escaped(String.valueOf(mails.get(i).parsed().getSubject())))
                    .append("</a></td></tr>");
        }
        return page.append("</tbody></table></main></body></html>").toString();
    }

    private static String one(Taken mail, String number) throws MessagingException, IOException {
        MimeMessage parsed = mail.parsed();
        var page = new StringBuilder(HEAD);
        page.append("<p><a href=\"/\">All mails</a></p><h1>")
                .append(escaped(String.valueOf(parsed.getSubject())))
                .append("</h1><p>To ")
                .append(escaped(mail.to()))
                .append("</p><pre>")
                .append(LINK.matcher(escaped(mail.words())).replaceAll("<a href=\"$0\">$0</a>"))
                .append("</pre>");
        List<Part> enclosures = enclosures(parsed);
        for (int i = 0; i < enclosures.size(); i++) {
            page.append(
                    "<p><a href=\"/%s/%d\">%s</a></p>"
                            .formatted(
                                    number,
                                    i,
                                    escaped(String.valueOf(enclosures.get(i).getFileName()))));
        }
        return page.append("</main></body></html>").toString();
    }

    private static List<Part> enclosures(Part part) throws MessagingException, IOException {
        var found = new ArrayList<Part>();
        if (part.getFileName() != null) {
            found.add(part);
        } else if (part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                found.addAll(enclosures(parts.getBodyPart(i)));
            }
        }
        return found;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void write(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
