package org.coopmesh.abuse.subject;

import java.util.UUID;

/** What a measure or a ban is aimed at. */
public sealed interface Target {
    /** A person or organisation: follows to every node and attachment. */
    record OfMember(MemberId member) implements Target {}

    /** One address or a range of them. */
    record OfAddress(Prefix prefix) implements Target {}

    /** A node by its key: all of its attachments. */
    record OfNode(NodeId node) implements Target {}

    /**
     * Reads a target as it stands on the wire.
     *
     * @param kind "member", "address" or "node"
     * @throws IllegalArgumentException if the kind is none of these or the value is malformed
     */
    static Target parse(String kind, String value) {
        return switch (kind) {
            case "member" -> new OfMember(new MemberId(uuid(value)));
            case "address" -> new OfAddress(Prefix.parse(value));
            case "node" -> new OfNode(new NodeId(value));
            default -> throw new IllegalArgumentException("a target is a member, address or node");
        };
    }

    default String kind() {
        return switch (this) {
            case OfMember m -> "member";
            case OfAddress a -> "address";
            case OfNode n -> "node";
        };
    }

    default String value() {
        return switch (this) {
            case OfMember m -> m.member().toString();
            case OfAddress a -> a.prefix().toString();
            case OfNode n -> n.node().toString();
        };
    }

    /** Kind and value in one line, as events are keyed: {@code address 10.201.4.20/32}. */
    default String text() {
        return kind() + " " + value();
    }

    private static UUID uuid(String text) {
        UUID id = UUID.fromString(text);
        if (!id.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("a member id is a UUID");
        }
        return id;
    }
}
