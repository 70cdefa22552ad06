package org.coopmesh.nodeagent.access;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import org.coopmesh.contracts.membership.v1.AccessListHead;

/** The head of one version, with the bytes that were signed. Only {@link ListKeys} makes one, after checking. */
@SuppressWarnings("ArrayRecordComponent") // The signed bytes as they came.
record SignedHead(AccessListHead head, byte[] bytes, byte[] signature, String keyId) {

    /** @throws IllegalArgumentException if the bytes are no head */
    static SignedHead read(byte[] bytes, byte[] signature, String keyId) {
        try {
            AccessListHead head = AccessListHead.parseFrom(bytes);
            if (head.getVersion() <= 0) {
                throw new IllegalArgumentException("head without a version");
            }
            return new SignedHead(head, bytes, signature, keyId);
        } catch (InvalidProtocolBufferException malformed) {
            throw new IllegalArgumentException("head unreadable", malformed);
        }
    }

    long version() {
        return head.getVersion();
    }

    Instant notBefore() {
        return instant(head.getNotBefore());
    }

    Instant notAfter() {
        return head.hasNotAfter() ? instant(head.getNotAfter()) : Instant.MAX;
    }

    private static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
