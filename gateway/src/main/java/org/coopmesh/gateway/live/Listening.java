package org.coopmesh.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.coopmesh.gateway.routing.Part;
import org.coopmesh.gateway.routing.Parts;
import org.coopmesh.gateway.session.Sessions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Hears the {@code /changes} of each part, once for all pages of this replica, and comes back when a line breaks. Looks at each
 * heartbeat which sessions have ended, in one query for all. Begins when browsers are let in, and ends before they are not.
 */
@Component
class Listening implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Listening.class);
    private static final String DATA = "data: ";
    private static final int LINE_CHARS_MAX = 4_000;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);

    /** A part says something every ten seconds. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(25);

    private static final Duration BACK_MIN = Duration.ofMillis(500);
    private static final Duration BACK_MAX = Duration.ofSeconds(10);

    private final Live live;
    private final Parts parts;
    private final Sessions sessions;
    private final LiveSettings settings;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running;

    Listening(Live live, Parts parts, Sessions sessions, LiveSettings settings) {
        this.live = live;
        this.parts = parts;
        this.sessions = sessions;
        this.settings = settings;
    }

    @Override
    public synchronized void start() {
        running = true;
        for (Part part : Part.values()) {
            threads.add(
                    Thread.ofVirtual().name("live-" + part.word()).start(() -> untilStopped(part)));
        }
        threads.add(Thread.ofVirtual().name("live-sessions").start(this::watchSessions));
    }

    @Override
    public synchronized void stop() {
        running = false;
        live.stop();
        threads.forEach(Thread::interrupt);
        threads.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void untilStopped(Part part) {
        Duration back = BACK_MIN;
        while (running) {
            try {
                boolean heard = hear(part);
                live.lost(part);
                back = heard ? BACK_MIN : min(back.multipliedBy(2), BACK_MAX);
                Thread.sleep(
                        back.plusMillis(ThreadLocalRandom.current().nextLong(back.toMillis())));
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Until the line breaks; whether it ever stood. */
    private boolean hear(Part part) {
        boolean stood = false;
        try {
            var line =
                    (HttpURLConnection) parts.of(part).resolve("/changes").toURL().openConnection();
            line.setConnectTimeout((int) CONNECT_MAX.toMillis());
            line.setReadTimeout((int) SILENCE_MAX.toMillis());
            if (line.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("answered " + line.getResponseCode());
            }
            try (var in = new BufferedReader(new InputStreamReader(line.getInputStream(), UTF_8))) {
                for (String told = read(in); running && told != null; told = read(in)) {
                    stood |= take(part, told, stood);
                }
            } finally {
                line.disconnect();
            }
        } catch (IOException broken) {
            if (running) {
                log.atDebug()
                        .addKeyValue("part", part.word())
                        .addKeyValue("cause", broken.getMessage())
                        .log("changes not heard");
            }
        }
        return stood;
    }

    private boolean take(Part part, String line, boolean stood) {
        if (!line.startsWith(DATA)) {
            return false;
        }
        Set<String> words =
                Set.copyOf(Arrays.asList(line.substring(DATA.length()).strip().split(" ")));
        if (!stood) {
            live.hears(part);
        } else {
            live.changed(Kind.of(words));
        }
        return true;
    }

    /** A line, of bounded length. */
    private static @Nullable String read(BufferedReader in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (line.length() == LINE_CHARS_MAX) {
                throw new IOException("a line of more than " + LINE_CHARS_MAX);
            }
            line.append((char) next);
        }
        return line.toString();
    }

    private void watchSessions() {
        while (running) {
            try {
                Thread.sleep(settings.heartbeat());
                Set<String> listening = live.sessions();
                Set<String> there = sessions.there(listening);
                listening.stream().filter(id -> !there.contains(id)).forEach(live::end);
            } catch (DataAccessException databaseAway) {
                log.atDebug().setCause(databaseAway).log("sessions not looked at");
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }
}
