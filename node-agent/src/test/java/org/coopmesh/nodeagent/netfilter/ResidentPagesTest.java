package org.coopmesh.nodeagent.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentPagesTest {
    private static final Path MAPS = Path.of("/proc/self/maps");

    @TempDir Path directory;

    @Test
    void whatIsGivenBackIsReadAgainAsItWas() throws Exception {
        Assumptions.assumeTrue(Files.exists(MAPS), "no /proc here");
        byte[] content = new byte[2 << 20];
        for (int i = 0; i < content.length; i++) content[i] = (byte) (i * 31 >> 7);
        Path file = Files.write(directory.resolve("mapped"), content);
        try (FileChannel channel = FileChannel.open(file)) {
            var mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, content.length);
            mapped.load();

            long offered = ResidentPages.giveBack();

            byte[] again = new byte[content.length];
            mapped.get(again);
            assertThat(again).isEqualTo(content);
            assertThat(offered).isGreaterThan(content.length);
        }
    }
}
