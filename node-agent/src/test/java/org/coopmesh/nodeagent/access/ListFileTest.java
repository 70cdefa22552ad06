package org.coopmesh.nodeagent.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.nodeagent.access.TestLists.ban;
import static org.coopmesh.nodeagent.access.TestLists.full;
import static org.coopmesh.nodeagent.access.TestLists.list;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.coopmesh.nodeagent.access.AccessList.Change;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListFileTest {

    private final TestLists lists = new TestLists();
    private final ListKeys keys = new ListKeys(lists::keys);

    @TempDir Path folder;

    private List<ListFile.Known> write(int changes) throws Exception {
        List<ListFile.Known> versions = new ArrayList<>();
        try (var file = new ListFile(folder)) {
            AccessList list = list(full(TestLists.A, 1), ban("192.0.2.0/24"));
            versions.add(lists.known(1, list));
            file.rewrite(versions.getFirst());
            for (int i = 0; i < changes; i++) {
                List<Change> change = List.of(ban("192.0.2." + i + "/32"));
                list = list.with(change);
                versions.add(lists.known(2 + i, list));
                file.append(Changes.of(change), versions.getLast());
            }
        }
        return versions;
    }

    private Optional<ListFile.Known> load() throws Exception {
        try (var file = new ListFile(folder)) {
            return file.load(keys);
        }
    }

    @Test
    void lastChangeIsFoundAgain() throws Exception {
        var versions = write(3);

        var known = load().orElseThrow();

        assertThat(known.head().version()).isEqualTo(4);
        assertThat(known.list().hash()).isEqualTo(versions.getLast().list().hash());
    }

    @Test
    void tornAtAnyByteTheListBeforeCounts() throws Exception {
        var versions = write(3);
        byte[] whole = Files.readAllBytes(folder.resolve("access-list"));
        long last = 0;
        for (int size = 0; size <= whole.length; size++) {
            Files.write(folder.resolve("access-list"), Arrays.copyOf(whole, size));

            Optional<ListFile.Known> known = load();

            long version = known.map(k -> k.head().version()).orElse(0L);
            assertThat(version).isGreaterThanOrEqualTo(last);
            last = version;
            if (known.isPresent()) {
                assertThat(known.get().list().hash())
                        .isEqualTo(versions.get((int) version - 1).list().hash());
                assertThat(load().map(k -> k.head().version())).contains(version);
            }
        }
        assertThat(last).isEqualTo(4);
    }

    @Test
    void alteredAnywhereNothingUnsignedCounts() throws Exception {
        var versions = write(2);
        byte[] whole = Files.readAllBytes(folder.resolve("access-list"));
        for (int at = 0; at < whole.length; at++) {
            byte[] altered = whole.clone();
            altered[at] ^= 0x04;
            Files.write(folder.resolve("access-list"), altered);

            load().ifPresent(known ->
                    assertThat(known.list().hash())
                            .isEqualTo(
                                    versions.get((int) known.head().version() - 1).list().hash()));
        }
    }

    @Test
    void listOfAnotherCoopIsNotLoaded() throws Exception {
        write(1);

        try (var file = new ListFile(folder)) {
            assertThat(file.load(new ListKeys(new TestLists()::keys))).isEmpty();
        }
    }

    @Test
    void whatAnotherKeySignsNeedsTheKeyOfBeforeNoMore() throws Exception {
        AccessList list = write(3).getLast().list();
        var others = new TestLists("list-2");
        var both = new HashMap<>(lists.keys());
        both.putAll(others.keys());
        List<Change> change = List.of(ban("198.51.100.0/24"));
        AccessList next = list.with(change);

        try (var file = new ListFile(folder)) {
            assertThat(file.load(new ListKeys(() -> both))).isPresent();
            file.append(Changes.of(change), others.known(9, next));
            file.append(Changes.of(change), others.known(10, next));
        }

        try (var file = new ListFile(folder)) {
            var known = file.load(new ListKeys(others::keys)).orElseThrow();
            assertThat(known.head().version()).isEqualTo(10);
            assertThat(known.list().hash()).isEqualTo(next.hash());
        }
    }

    @Test
    void changeAfterATornTailIsKept() throws Exception {
        var versions = write(2);
        Path path = folder.resolve("access-list");
        byte[] whole = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(whole, whole.length - 3));
        try (var file = new ListFile(folder)) {
            assertThat(file.load(keys).orElseThrow().head().version()).isEqualTo(2);
            List<Change> change = List.of(ban("198.51.100.0/24"));
            file.append(Changes.of(change), lists.known(3, versions.get(1).list().with(change)));
        }

        var known = load().orElseThrow();

        assertThat(known.head().version()).isEqualTo(3);
        assertThat(known.list().find("ban:198.51.100.0/24")).isPresent();
    }

    @Test
    void oneChangeToALargeListIsAppendedFast() throws Exception {
        List<Change> many = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            many.add(ban("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255) + "/32"));
        }
        AccessList list = AccessList.EMPTY.with(many);
        try (var file = new ListFile(folder)) {
            long start = System.nanoTime();
            file.rewrite(lists.known(1, list));
            System.out.printf(
                    "100,000 entries written in %.1f ms%n", (System.nanoTime() - start) / 1e6);
            double[] millis = new double[50];
            for (int i = 0; i < millis.length; i++) {
                List<Change> change = List.of(ban("192.0.2." + i + "/32"));
                start = System.nanoTime();
                list = list.with(change);
                var known = lists.known(2 + i, list);
                long signed = System.nanoTime();
                file.append(Changes.of(change), known);
                millis[i] = (System.nanoTime() - signed) / 1e6;
            }
            Arrays.sort(millis);
            System.out.printf("one change appended in %.2f ms (p50)%n", millis[25]);
        }
        long start = System.nanoTime();
        assertThat(load().orElseThrow().list().size()).isEqualTo(100_050);
        System.out.printf(
                "100,000 entries loaded and checked in %.1f ms%n",
                (System.nanoTime() - start) / 1e6);
    }
}
