package org.coopmesh.billing.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import org.coopmesh.contracts.billing.v1.BookEvent;
import org.coopmesh.contracts.billing.v1.DayChained;

/** Facts about the book as they go on the bus. */
final class BookEvents {
    static final String TOPIC = "coopmesh.billing.book.v1";

    /** One chain, one order. */
    static final String KEY = "book";

    private BookEvents() {}

    static BookEvent chained(Head head, Instant at) {
        return BookEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()))
                .setDayChained(
                        DayChained.newBuilder()
                                .setDay(head.day().toString())
                                .setTransactions(head.transactions())
                                .setHead(ByteString.copyFrom(HexFormat.of().parseHex(head.hash()))))
                .build();
    }
}
