package org.coopmesh.membership;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** What the service writes down while it is open: each line with its keys, as {@code message key=value …}. */
public final class Audit implements AutoCloseable {
    private final Logger service = (Logger) LoggerFactory.getLogger("org.coopmesh.membership");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    public Audit() {
        lines.start();
        service.addAppender(lines);
    }

    public List<String> told() {
        return List.copyOf(lines.list).stream()
                .map(line ->
                        line.getFormattedMessage()
                                + (line.getKeyValuePairs() == null
                                        ? ""
                                        : line.getKeyValuePairs().stream()
                                                .map(pair -> " " + pair.key + "=" + pair.value)
                                                .collect(Collectors.joining())))
                .toList();
    }

    @Override
    public void close() {
        service.detachAppender(lines);
    }
}
