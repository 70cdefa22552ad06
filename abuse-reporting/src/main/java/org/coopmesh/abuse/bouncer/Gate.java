package org.coopmesh.abuse.bouncer;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.bouncer.BouncerRefused.Why;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Lets firewalls in by key, and remembers how far each has been told. */
@Service
@EnableConfigurationProperties(BouncerSettings.class)
class Gate {
    static final int KEYS_MAX = 500;

    /** Addresses that one key is remembered at. */
    static final int PLACES_MAX = 16;

    /** Written down no more often than this. */
    static final Duration SEEN_EVERY = Duration.ofSeconds(5);

    private static final int AGENT_LENGTH_MAX = 100;
    private static final int CLIENT_LENGTH_V6 = 64;
    private static final int KEY_LENGTH_MAX = 200;
    private static final Logger log = LoggerFactory.getLogger(Gate.class);

    private final Bouncers bouncers;
    private final Allowance calls;
    private final Allowance wrongKeys;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    Gate(Bouncers bouncers, BouncerSettings settings, Clock clock) {
        this.bouncers = bouncers;
        this.calls = new Allowance(settings.callsPerSecond(), Duration.ofSeconds(1));
        this.wrongKeys = new Allowance(settings.wrongKeysPerMinute(), Duration.ofMinutes(1));
        this.clock = clock;
    }

    /** One firewall: a key, and the address that it calls from. */
    record Firewall(Bouncers.Caller caller, String address) {
        UUID bouncer() {
            return caller.bouncer();
        }
    }

    /** A key and its secret, told this once. */
    record NewKey(Bouncer bouncer, String text) {}

    /**
     * Lets in who has a good key.
     *
     * @throws BouncerRefused if the key is unknown or revoked, or the caller has called too often
     */
    Firewall admit(@Nullable String key, String address, @Nullable String agent) {
        if (key == null || key.isEmpty() || key.length() > KEY_LENGTH_MAX) {
            throw wrong(address);
        }
        Bouncers.Caller caller =
                bouncers.caller(Bouncer.digest(key), address).orElseThrow(() -> wrong(address));
        if (!calls.take(caller.bouncer() + " " + address)) {
            throw new BouncerRefused(Why.TOO_MANY_CALLS, "too many calls; try later");
        }
        Instant now = clock.instant();
        Instant seen = caller.seenAt();
        if (seen == null || Duration.between(seen, now).abs().compareTo(SEEN_EVERY) >= 0) {
            bouncers.seen(caller.bouncer(), address, printable(agent), now, PLACES_MAX);
        }
        return new Firewall(caller, address);
    }

    private BouncerRefused wrong(String address) {
        return wrongKeys.take(net(address))
                ? new BouncerRefused(Why.KEY_WRONG, "access forbidden")
                : new BouncerRefused(Why.TOO_MANY_WRONG_KEYS, "too many wrong keys; try later");
    }

    /** Notes that the answer has been written: a firewall that never got it is told the same again. */
    void told(Firewall firewall, Feed.Told answer) {
        Long before = firewall.caller().told();
        if (before == null || before != answer.version()) {
            bouncers.told(firewall.bouncer(), firewall.address(), answer.version(), answer.whole());
        }
    }

    void dropped(Firewall firewall, long packets) {
        if (packets > 0) {
            bouncers.dropped(firewall.bouncer(), firewall.address(), packets);
        }
    }

    List<Bouncer> all() {
        return bouncers.all(KEYS_MAX);
    }

    long head() {
        return bouncers.head();
    }

    /** @throws BouncerRefused if there are 500 good keys already */
    @Transactional
    NewKey make(String name, UUID by) {
        String text = Bouncer.key(random);
        var bouncer =
                new Bouncer(
                        UUID.randomUUID(),
                        name,
                        Bouncer.prefix(text),
                        by,
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        null,
                        List.of());
        if (!bouncers.insert(bouncer, Bouncer.digest(text), KEYS_MAX)) {
            throw new BouncerRefused(
                    Why.TOO_MANY_KEYS, "there are " + KEYS_MAX + " keys already: revoke one");
        }
        log.atInfo().addKeyValue("bouncerId", bouncer.id()).log("bouncer key made");
        return new NewKey(bouncer, text);
    }

    /**
     * From the next call on the key is wrong. One that is revoked stays as it is.
     *
     * @throws BouncerRefused if there is none
     */
    @Transactional
    void revoke(UUID id, UUID by) {
        if (!bouncers.revoke(id, by, clock.instant())) {
            throw new BouncerRefused(Why.KEY_NOT_FOUND, "no such key");
        }
        log.atInfo().addKeyValue("bouncerId", id).log("bouncer key revoked");
    }

    private static String net(String address) {
        try {
            Prefix prefix = Prefix.address(address);
            return switch (prefix.family()) {
                case V4 -> address;
                case V6 -> Prefix.parse(prefix.addressText() + "/" + CLIENT_LENGTH_V6).toString();
            };
        } catch (IllegalArgumentException notAnAddress) {
            return "elsewhere";
        }
    }

    private static String printable(@Nullable String agent) {
        if (agent == null) {
            return "";
        }
        return agent.codePoints()
                .map(c -> c >= ' ' && c < 127 ? c : '?')
                .limit(AGENT_LENGTH_MAX)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
