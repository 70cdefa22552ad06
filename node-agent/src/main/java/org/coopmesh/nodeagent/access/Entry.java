package org.coopmesh.nodeagent.access;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.contracts.membership.v1.AccessEntry;
import org.coopmesh.contracts.membership.v1.AddressBan;
import org.coopmesh.contracts.membership.v1.AttachmentAccess;

/** What one entry of the access list says. */
sealed interface Entry {

    /** The clients behind one attachment, and their lane. */
    record Attachment(
            String id, boolean own, Optional<Prefix> prefixV4, Optional<Prefix> prefixV6, Lane lane)
            implements Entry {

        Stream<Prefix> prefixes() {
            return Stream.concat(prefixV4.stream(), prefixV6.stream());
        }

        Attachment in(Lane other) {
            return new Attachment(id, own, prefixV4, prefixV6, other);
        }
    }

    /**
     * Nothing from or to these addresses passes.
     *
     * @param text the prefix as the list writes it
     * @param until {@link Instant#MAX} for ever
     */
    record Ban(Prefix prefix, String text, Instant until) implements Entry {}

    /** Addresses that everybody may reach who is not banned. */
    record Garden(Prefix prefix) implements Entry {}

    /** Of a kind that this version does not know, or malformed: enforced by nobody, but hashed like the others. */
    record Unreadable(String why) implements Entry {}

    /** How an attachment's clients may use the mesh. */
    sealed interface Lane {
        record Full() implements Lane {}

        record Slow(long kbit) implements Lane {}

        record Walled() implements Lane {}

        record Dropped() implements Lane {}
    }

    Lane FULL = new Lane.Full();

    /** Reads the bytes of one entry; never fails, see {@link Unreadable}. */
    static Entry read(byte[] bytes, String nodeId) {
        try {
            Ban plain = PlainBan.read(bytes);
            return plain == null ? general(bytes, nodeId) : plain;
        } catch (IllegalArgumentException malformed) {
            return new Unreadable(String.valueOf(malformed.getMessage()));
        }
    }

    /** As {@link #read}, in whatever way the entry is written. */
    static Entry general(byte[] bytes, String nodeId) {
        try {
            AccessEntry entry = AccessEntry.parseFrom(bytes);
            return switch (entry.getKindCase()) {
                case ATTACHMENT -> attachment(entry.getAttachment(), nodeId);
                case BAN -> ban(entry.getBan());
                case GARDEN -> new Garden(Prefix.parse(entry.getGarden().getPrefix()));
                case KIND_NOT_SET -> new Unreadable("newer kind");
            };
        } catch (InvalidProtocolBufferException
                | IllegalArgumentException
                | DateTimeException
                | ArithmeticException malformed) {
            return new Unreadable(String.valueOf(malformed.getMessage()));
        }
    }

    private static Attachment attachment(AttachmentAccess access, String nodeId) {
        String id = UUID.fromString(access.getAttachmentId()).toString();
        Lane lane =
                switch (access.getRule()) {
                    case ACCESS_RULE_FULL -> FULL;
                    case ACCESS_RULE_SLOW_LANE -> {
                        if (access.getSlowLaneKbit() <= 0) {
                            throw new IllegalArgumentException("slow lane without a rate: " + id);
                        }
                        yield new Lane.Slow(access.getSlowLaneKbit());
                    }
                    case ACCESS_RULE_WALLED_GARDEN -> new Lane.Walled();
                    case ACCESS_RULE_DROP -> new Lane.Dropped();
                    case ACCESS_RULE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException("rule unknown: " + id);
                };
        return new Attachment(
                id,
                access.getNodeId().equals(nodeId),
                prefix(access.getPrefixV4(), false),
                prefix(access.getPrefixV6(), true),
                lane);
    }

    private static Optional<Prefix> prefix(String text, boolean v6) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Prefix prefix = Prefix.parse(text);
        if (prefix.v6() != v6) {
            throw new IllegalArgumentException("of the other family: " + text);
        }
        return Optional.of(prefix);
    }

    private static Ban ban(AddressBan ban) {
        Instant until =
                ban.hasUntil()
                        ? Instant.ofEpochSecond(
                                ban.getUntil().getSeconds(), ban.getUntil().getNanos())
                        : Instant.MAX;
        return new Ban(Prefix.parse(ban.getPrefix()), ban.getPrefix(), until);
    }
}
