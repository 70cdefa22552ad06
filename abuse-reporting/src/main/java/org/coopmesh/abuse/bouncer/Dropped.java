package org.coopmesh.abuse.bouncer;

import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * A prefix that somebody says is to be dropped.
 *
 * @param ban the same from beginning to end
 * @param until null: until it is ended
 */
public record Dropped(UUID ban, Prefix prefix, Source source, @Nullable Instant until) {
    /**
     * Who says so, as firewalls are told it: no person, no case and no reason in words.
     *
     * @param origin a word, such as "coopmesh" or "lists"
     * @param scenario what of it, such as the name of a list
     */
    public record Source(String origin, String scenario) {}
}
