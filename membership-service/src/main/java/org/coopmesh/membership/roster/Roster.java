package org.coopmesh.membership.roster;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a file tells, and what in it cannot be.
 *
 * @param format "csv" or "meshdb"
 * @param skipped lines that are well-formed and ask for nothing, each with why
 */
record Roster(
        String format,
        List<RosterLine> lines,
        List<RosterProblem> problems,
        List<RosterProblem> skipped) {
    static final int BYTES_MAX = 2 * 1024 * 1024;
    static final int LINES_MAX = 2_000;

    /** Problems that are told of one file; who has more begins with these. */
    static final int PROBLEMS_MAX = 200;

    Roster {
        lines = List.copyOf(lines);
        problems = List.copyOf(problems);
        skipped = List.copyOf(skipped);
    }

    /**
     * Reads a file: what begins with a brace is JSON as MeshDB writes it, anything else CSV.
     *
     * @param planCode of places whose line names no plan; empty if they must
     * @throws RosterRefused if it is no text of either kind, or too large
     */
    static Roster read(byte[] file, String planCode) {
        String text = text(file);
        return text.stripLeading().startsWith("{")
                ? MeshDbFile.read(text, planCode)
                : CsvFile.read(text, planCode);
    }

    /** UTF-8, with or without a byte order mark; nothing is guessed, since a wrong guess makes wrong names. */
    static String text(byte[] file) {
        if (file.length > BYTES_MAX)
            throw new RosterRefused(
                    "file-too-large", "", "", "size", "more than " + BYTES_MAX + " bytes");
        var bytes = ByteBuffer.wrap(file);
        var text = CharBuffer.allocate(file.length);
        CoderResult read =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .decode(bytes, text, true);
        if (read.isError()) {
            int line = 1;
            for (int i = 0; i < bytes.position(); i++) if (file[i] == '\n') line++;
            throw new RosterRefused(
                    "file-unreadable",
                    Integer.toString(line),
                    "",
                    "encoding",
                    "not UTF-8 from here on; save the file as “CSV UTF-8”");
        }
        String all = text.flip().toString();
        String plain = all.startsWith("\uFEFF") ? all.substring(1) : all;
        if (plain.isBlank())
            throw new RosterRefused("file-unreadable", "", "", "empty", "the file is empty");
        return plain;
    }
}
