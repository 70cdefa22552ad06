package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFolderTest {
    @Test
    void whoeverChangesTheFolderWaitsForTheOthersInOneProcessToo(@TempDir Path temp)
            throws Exception {
        int[] inside = {0};
        Callable<Boolean> change =
                () ->
                        new KeyFolder(temp)
                                .locked(() -> {
                                    boolean alone = ++inside[0] == 1;
                                    Thread.yield();
                                    inside[0]--;
                                    return alone;
                                });

        try (var threads = Executors.newFixedThreadPool(8)) {
            var alone = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 200; i++) alone.add(threads.submit(change));
            for (Future<Boolean> one : alone) assertThat(one.get()).isTrue();
        }
    }
}
