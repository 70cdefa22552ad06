package org.coopmesh.nodeagent.topology;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How busy this machine is, out of {@code /proc}. What cannot be read is zero. */
record NodeLoad(
        long uptimeSeconds, int loadMilli, long memoryTotalBytes, long memoryAvailableBytes) {
    private static final Pattern FIRST_NUMBER =
            Pattern.compile("^\\s*(\\d{1,12})(?:\\.(\\d{1,3}))?");
    private static final Pattern MEMORY =
            Pattern.compile("^(MemTotal|MemAvailable):\\s+(\\d{1,15}) kB", Pattern.MULTILINE);

    static NodeLoad read(Path proc) {
        long total = 0;
        long available = 0;
        Matcher memory = MEMORY.matcher(text(proc.resolve("meminfo")));
        while (memory.find()) {
            long bytes = Long.parseLong(memory.group(2)) * 1024;
            if (memory.group(1).equals("MemTotal")) total = bytes;
            else available = bytes;
        }
        long load = thousandths(text(proc.resolve("loadavg")));
        return new NodeLoad(
                thousandths(text(proc.resolve("uptime"))) / 1000,
                (int) Math.min(Integer.MAX_VALUE, load),
                total,
                available);
    }

    private static long thousandths(String text) {
        Matcher number = FIRST_NUMBER.matcher(text);
        if (!number.find()) return 0;
        String fraction = number.group(2) == null ? "" : number.group(2);
        return Long.parseLong(number.group(1)) * 1000
                + Long.parseLong((fraction + "000").substring(0, 3));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException absent) {
            return "";
        }
    }
}
