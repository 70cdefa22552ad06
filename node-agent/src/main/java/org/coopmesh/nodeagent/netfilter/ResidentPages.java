package org.coopmesh.nodeagent.netfilter;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives back to the kernel the pages of files that only starting, or something rare, needed: the runtime's own code, its classes, the cache of
 * them. What is needed again is read again from the same files. Nothing that was written is touched.
 */
public final class ResidentPages {
    private static final int MADV_RANDOM = 1;
    private static final int MADV_PAGEOUT = 21;
    private static final long LARGE_BYTES = 1 << 20;
    private static final Pattern READ_ONLY_FILE =
            Pattern.compile(
                    "([0-9a-f]+)-([0-9a-f]+) r-[x-][ps] [0-9a-f]+ [0-9a-f:]+ [1-9][0-9]* .*");

    private static final MethodHandle MADVISE =
            Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("madvise"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_INT));

    private ResidentPages() {}

    /**
     * Gives them back; what uses them meanwhile waits for the disk at most.
     *
     * @return how many bytes of files were offered; 0 where the kernel (before 5.4) does not take them
     */
    public static long giveBack() {
        long offered = 0;
        try {
            List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
            for (String line : maps) {
                Matcher map = READ_ONLY_FILE.matcher(line);
                if (!map.matches()) continue;
                long from = Long.parseUnsignedLong(map.group(1), 16);
                long bytes = Long.parseUnsignedLong(map.group(2), 16) - from;
                if (bytes < LARGE_BYTES) continue;
                // Else each page that is needed again brings its neighbours with it
                advise(from, bytes, MADV_RANDOM);
                if (advise(from, bytes, MADV_PAGEOUT)) offered += bytes;
            }
        } catch (IOException unknown) {
            // A machine without /proc keeps its pages.
        }
        return offered;
    }

    private static boolean advise(long from, long bytes, int advice) {
        try {
            return (int) MADVISE.invokeExact(MemorySegment.ofAddress(from), bytes, advice) == 0;
        } catch (Throwable impossible) {
            throw new IllegalStateException("madvise", impossible);
        }
    }
}
