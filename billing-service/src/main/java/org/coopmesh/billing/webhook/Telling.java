package org.coopmesh.billing.webhook;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Tells the co-op's other tools what happened: who is told what, and what waits to be sent. */
@Service
@EnableConfigurationProperties(WebhookSettings.class)
class Telling {
    static final int RECEIVERS_MAX = 20;
    static final int URL_CHARS_MAX = 500;

    /** When so many wait for one receiver, nothing more is queued for it until a person says so. */
    static final int WAITING_MAX = 100_000;

    /** What happened longer ago is told nobody any more, and no longer listed. */
    static final Duration KEPT = Duration.ofDays(30);

    private final Receivers receivers;
    private final Deliveries deliveries;
    private final Reach reach;
    private final JsonMapper json;
    private final Clock clock;

    Telling(
            Receivers receivers,
            Deliveries deliveries,
            WebhookSettings settings,
            JsonMapper json,
            Clock clock) {
        this.receivers = receivers;
        this.deliveries = deliveries;
        this.reach = new Reach(settings.networks(), InetAddress::getAllByName);
        this.json = json;
        this.clock = clock;
    }

    /** What goes over the wire; receivers know its shape. */
    record Body(String type, Instant timestamp, Object data) {}

    /**
     * Queues what happened for everybody who listens. Saying it again changes nothing, so no inbox is needed: a message is there
     * as long as it could be said again.
     *
     * @param fact unique for what happened
     */
    @Transactional
    public void happened(UUID fact, Kind kind, Instant occurredAt, Object data) {
        Instant now = clock.instant();
        if (occurredAt.isBefore(now.minus(KEPT))) {
            return;
        }
        List<UUID> listening = receivers.listening(kind, occurredAt);
        if (listening.isEmpty()) {
            return;
        }
        String body = json.writeValueAsString(new Body(kind.code(), occurredAt, data));
        listening.forEach(receiver -> deliveries.insert(receiver, fact, kind, body, now));
    }

    List<Receiver> receivers() {
        return receivers.all();
    }

    Map<UUID, Deliveries.Counts> counts() {
        return deliveries.counts();
    }

    /**
     * Adds a receiver; its secret is in what is returned, and told nobody later.
     *
     * @throws ReceiverRefused if the address will not do, or there are enough
     */
    @Transactional
    public Receiver add(String url, @Nullable String note, Set<Kind> kinds, MemberId by) {
        receivers.lockAll();
        if (receivers.count() >= RECEIVERS_MAX) {
            throw new ReceiverRefused("url", "number", RECEIVERS_MAX + " receivers are enough");
        }
        Instant now = clock.instant();
        var receiver =
                new Receiver(
                        UUID.randomUUID(),
                        address(url),
                        note,
                        kinds,
                        SigningSecret.fresh(),
                        null,
                        null,
                        now,
                        null,
                        null,
                        by,
                        now);
        receivers.insert(receiver);
        return receiver;
    }

    /**
     * Changes where a receiver is and what it listens to. What waits is sent to the new address.
     *
     * @throws ReceiverNotFound if there is none
     * @throws ReceiverRefused if the address will not do
     */
    @Transactional
    public Receiver change(UUID id, String url, @Nullable String note, Set<Kind> kinds) {
        find(id);
        receivers.change(id, address(url), note, kinds);
        return find(id);
    }

    /**
     * Gives it a new secret; the one of before signs as well for a day.
     *
     * @throws ReceiverNotFound if there is none
     * @throws ReceiverRefused if two sign already
     */
    @Transactional
    public Receiver rotate(UUID id) {
        Receiver before =
                receivers.lock(id).orElseThrow(() -> new ReceiverNotFound("receiver " + id));
        Instant now = clock.instant();
        if (before.old() != null && now.isBefore(before.old().until())) {
            throw new ReceiverRefused(
                    "secret", "overlap", "two secrets sign until " + before.old().until());
        }
        receivers.rotate(id, SigningSecret.fresh(), now.plus(Receiver.OVERLAP));
        return find(id);
    }

    /**
     * Begins again to tell a receiver that was disabled: what waits, and what happens from now on.
     *
     * @throws ReceiverNotFound if there is none
     */
    @Transactional
    public Receiver enable(UUID id) {
        find(id);
        receivers.enable(id, clock.instant());
        return find(id);
    }

    /**
     * Tells it nothing any more, and forgets what it was told.
     *
     * @throws ReceiverNotFound if there is none
     */
    @Transactional
    public void remove(UUID id) {
        find(id);
        receivers.delete(id);
    }

    /**
     * Sends a message that says nothing, to see whether it arrives.
     *
     * @throws ReceiverNotFound if there is none
     * @throws ReceiverRefused if it is disabled
     */
    @Transactional
    public void test(UUID id) {
        unlessDisabled(find(id));
        Instant now = clock.instant();
        deliveries.insert(
                id,
                UUID.randomUUID(),
                Kind.TEST,
                json.writeValueAsString(new Body(Kind.TEST.code(), now, Map.of())),
                now);
    }

    /**
     * Has a message sent again, as the same one.
     *
     * @throws ReceiverNotFound if there is no such message
     * @throws ReceiverRefused if its receiver is disabled
     */
    @Transactional
    public void again(UUID id, UUID delivery) {
        unlessDisabled(find(id));
        if (!deliveries.again(id, delivery, clock.instant())) {
            throw new ReceiverNotFound("message " + delivery);
        }
    }

    List<Delivery> deliveries(
            UUID receiver, Delivery.@Nullable State state, @Nullable UUID before, int limit) {
        find(receiver);
        return deliveries.list(receiver, state, before, limit);
    }

    Receiver find(UUID id) {
        return receivers.find(id).orElseThrow(() -> new ReceiverNotFound("receiver " + id));
    }

    private static void unlessDisabled(Receiver receiver) {
        if (receiver.disabled() != null) {
            throw new ReceiverRefused("receiver", "disabled", "it is disabled: enable it first");
        }
    }

    /** Reads an address; where its name leads is looked at when something is sent. */
    private URI address(String text) {
        if (text.length() > URL_CHARS_MAX) {
            throw new ReceiverRefused("url", "size", "at most " + URL_CHARS_MAX + " characters");
        }
        URI url;
        try {
            url = URI.create(URI.create(text.strip()).toASCIIString());
        } catch (IllegalArgumentException malformed) {
            throw new ReceiverRefused(
                    "url", "form", "no address, such as https://example.org/hook");
        }
        if (url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getRawFragment() != null
                || url.getPort() == 0
                || url.getPort() > 0xffff) {
            throw new ReceiverRefused(
                    "url", "form", "an address with a host, and without a name, password or #");
        }
        if (!"https".equals(url.getScheme()) && !"http".equals(url.getScheme())) {
            throw new ReceiverRefused("url", "https", "wants https");
        }
        String host = url.getHost();
        boolean literal =
                host.startsWith("[") || host.matches("[0-9.]+") || host.equals("localhost");
        try {
            if (literal && reach.addresses(url).isEmpty()) {
                throw new ReceiverRefused(
                        "url", "reach", "messages may not be sent to this address");
            }
        } catch (UnknownHostException malformed) {
            throw new ReceiverRefused("url", "form", "no address: " + host);
        }
        if ("http".equals(url.getScheme()) && !literal) {
            throw new ReceiverRefused("url", "https", "wants https");
        }
        return url;
    }
}
