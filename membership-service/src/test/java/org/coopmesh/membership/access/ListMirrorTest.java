package org.coopmesh.membership.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.coopmesh.contracts.membership.v1.AccessListUpdate;
import org.junit.jupiter.api.Test;

class ListMirrorTest {
    @Test
    void whoIsBehindByTenThousandVersionsGetsOneChangeOfThem() {
        ListMirror mirror = after(10_000);

        List<AccessListUpdate> pages = mirror.pagesFrom(1);

        assertThat(pages).allSatisfy(page -> assertThat(page.getFromVersion()).isEqualTo(1));
        assertThat(pages.stream().filter(AccessListUpdate::getLast)).hasSize(1);
        assertThat(pages.getLast().getLast()).isTrue();
        assertThat(pages.stream().mapToInt(AccessListUpdate::getChangesCount).sum())
                .isEqualTo(9_999);
    }

    @Test
    void noPageIsLarger() {
        assertThat(after(10_000).pagesFrom(0))
                .hasSizeGreaterThan(3)
                .allSatisfy(page ->
                        assertThat(page.getSerializedSize())
                                .isLessThanOrEqualTo(ListMirror.PAGE_BYTES_MAX));
    }

    @Test
    void aFewChangesAreAShortWayAndManyOrAllOfTheListALongOne() {
        ListMirror mirror = after(1_000);

        assertThat(mirror.longWayFrom(1_000)).isFalse();
        assertThat(mirror.longWayFrom(1_000 - ListMirror.SHORT_WAY_CHANGES_MAX)).isFalse();
        assertThat(mirror.longWayFrom(999 - ListMirror.SHORT_WAY_CHANGES_MAX)).isTrue();
        assertThat(mirror.longWayFrom(0)).isTrue();
        assertThat(after(3).longWayFrom(0)).isFalse();
    }

    /** A list that began empty and got one entry with each version. */
    private static ListMirror after(long versions) {
        var hashes = new TreeMap<Long, ByteString>();
        var log = new HashMap<Long, List<AccessLists.Change>>();
        for (long version = 1; version <= versions; version++) {
            hashes.put(version, hash(version));
            var changes = new ArrayList<AccessLists.Change>();
            changes.add(
                    new AccessLists.Change("ban:10.0.0." + version, ByteString.copyFromUtf8("x")));
            log.put(version, changes);
        }
        var mirror = new ListMirror(head(0), Map.of(), new TreeMap<>(), Map.of());
        mirror.advance(head(versions), hashes, log);
        return mirror;
    }

    private static ByteString hash(long version) {
        return ByteString.copyFromUtf8("hash " + version);
    }

    private static AccessLists.Head head(long version) {
        return new AccessLists.Head(
                version,
                ByteString.copyFromUtf8("head " + version),
                ByteString.EMPTY,
                "key",
                hash(version),
                version,
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
