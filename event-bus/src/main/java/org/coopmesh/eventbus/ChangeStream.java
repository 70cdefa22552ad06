package org.coopmesh.eventbus;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.web.HttpRequestHandler;

/**
 * {@code GET /changes}: server-sent events for the gateway, each the words of what changed. It says nothing about anybody and wants no
 * token; the gateway leads nobody here. A listener first hears {@code *}: what changed before it came, it does not know.
 */
final class ChangeStream implements HttpRequestHandler {
    static final String PATH = "/changes";

    /** So often something is sent, so that both ends see when the other is gone. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private final ChangeFeed feed;

    ChangeStream(ChangeFeed feed) {
        this.feed = feed;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (!request.getMethod().equals("GET")) {
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        Optional<ChangeFeed.Listener> joined = feed.join();
        if (joined.isEmpty()) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        try {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setHeader("Cache-Control", "no-store");
            stream(joined.get(), response.getOutputStream());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            feed.leave(joined.get());
        }
    }

    private static void stream(ChangeFeed.Listener listener, OutputStream out)
            throws IOException, InterruptedException {
        write(out, "data: " + Changes.ANYTHING + "\n\n");
        for (Optional<Set<String>> words = listener.take(HEARTBEAT);
                words.isPresent();
                words = listener.take(HEARTBEAT)) {
            write(
                    out,
                    words.get().isEmpty()
                            ? ":\n\n"
                            : "data: " + String.join(" ", words.get()) + "\n\n");
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }
}
