package org.coopmesh.abuse.report;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One part of a mail as far as an intake has to know it: headers, type, text, parts. Reads whatever it is given, within limits, and never
 * throws: what is beyond a limit or broken stays bytes. Opens neither archives nor mails inside mails.
 *
 * @param headers by name in lower case, unfolded, the first ones of each name
 * @param body as it stands in the mail, not decoded
 * @param cut true where something was left unread for a limit's sake
 */
record Mime(Map<String, List<String>> headers, byte[] body, List<Mime> parts, boolean cut) {
    /** Headers of one part. */
    static final int HEADERS_MAX = 200;

    /** Bytes of all headers of one part. */
    static final int HEADER_BYTES_MAX = 64 * 1024;

    /** Parts of a mail, all levels together. */
    static final int PARTS_MAX = 100;

    /** Parts within parts. */
    static final int DEPTH_MAX = 6;

    /** Characters of a decoded text. */
    static final int TEXT_MAX = 100_000;

    private static final int BOUNDARY_LENGTH_MAX = 70;
    private static final Pattern PARAMETER =
            Pattern.compile(
                    ";\\s*([A-Za-z0-9_*-]{1,40})\\s*=\\s*(?:\"([^\"]{0,200})\"|([^\\s;\"]{1,200}))");
    private static final Pattern ENCODED_WORD =
            Pattern.compile("=\\?([A-Za-z0-9_.:-]{1,40})\\?([BbQq])\\?([^?\\s]{0,200})\\?=");

    /** Counts what one mail may still have. */
    private static final class Budget {
        int parts = PARTS_MAX;
    }

    static Mime read(byte[] mail) {
        return read(mail, 0, mail.length, 0, new Budget());
    }

    private static Mime read(byte[] mail, int from, int to, int depth, Budget budget) {
        var headers = new TreeMap<String, List<String>>();
        boolean cut = false;
        int at = from;
        int count = 0;
        var line = new StringBuilder();
        while (at < to) {
            int end = endOfLine(mail, at, to);
            int textEnd = end;
            while (textEnd > at && (mail[textEnd - 1] == '\n' || mail[textEnd - 1] == '\r')) {
                textEnd--;
            }
            if (textEnd == at) { // An empty line: the body begins.
                at = end;
                break;
            }
            if (at - from > HEADER_BYTES_MAX || count >= HEADERS_MAX) {
                cut = true;
            } else {
                int length = Math.min(textEnd - at, HEADER_BYTES_MAX);
                String text = new String(mail, at, length, StandardCharsets.UTF_8);
                boolean folded = text.charAt(0) == ' ' || text.charAt(0) == '\t';
                if (!folded) {
                    count += put(headers, line);
                    line.setLength(0);
                }
                if (line.length() < HEADER_BYTES_MAX)
                    line.append(folded ? " " + text.strip() : text);
            }
            at = end;
        }
        put(headers, line);
        byte[] body = java.util.Arrays.copyOfRange(mail, Math.min(at, to), to);
        var whole = new Mime(headers, body, List.of(), cut);
        if (!whole.type().startsWith("multipart/")) return whole;
        return whole.split(depth, budget);
    }

    private static int put(Map<String, List<String>> headers, CharSequence line) {
        String text = line.toString();
        int colon = text.indexOf(':');
        if (colon < 1 || colon > 80) return 0;
        headers.computeIfAbsent(
                        text.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        name -> new ArrayList<>())
                .add(text.substring(colon + 1).strip());
        return 1;
    }

    private static int endOfLine(byte[] mail, int from, int to) {
        for (int i = from; i < to; i++) {
            if (mail[i] == '\n') return i + 1;
        }
        return to;
    }

    private Mime split(int depth, Budget budget) {
        String boundary = parameter("content-type", "boundary").orElse("");
        if (boundary.isEmpty() || boundary.length() > BOUNDARY_LENGTH_MAX) return this;
        if (depth >= DEPTH_MAX) return new Mime(headers, body, List.of(), true);
        byte[] mark = ("--" + boundary).getBytes(StandardCharsets.UTF_8);
        var found = new ArrayList<Mime>();
        boolean cutShort = cut;
        int start = -1;
        for (int at = 0; at < body.length; ) {
            int end = endOfLine(body, at, body.length);
            if (startsWith(body, at, end, mark)) {
                if (start >= 0) {
                    if (budget.parts-- <= 0) {
                        cutShort = true;
                        start = -1;
                        break;
                    }
                    Mime part = read(body, start, beforeBreak(body, start, at), depth + 1, budget);
                    cutShort |= part.cut();
                    found.add(part);
                }
                start = end;
                int after = at + mark.length;
                if (end - after >= 2 && body[after] == '-' && body[after + 1] == '-') {
                    start = -1;
                    break;
                }
            }
            at = end;
        }
        if (start >= 0 && start < body.length && budget.parts-- > 0) { // Never closed.
            found.add(read(body, start, body.length, depth + 1, budget));
        }
        return new Mime(headers, body, List.copyOf(found), cutShort);
    }

    private static boolean startsWith(byte[] bytes, int from, int to, byte[] what) {
        if (to - from < what.length) return false;
        for (int i = 0; i < what.length; i++) {
            if (bytes[from + i] != what[i]) return false;
        }
        // More text after it is another boundary, except for the two hyphens of the last.
        for (int i = from + what.length; i < to; i++) {
            if (bytes[i] != '-'
                    && bytes[i] != ' '
                    && bytes[i] != '\t'
                    && bytes[i] != '\r'
                    && bytes[i] != '\n') {
                return false;
            }
        }
        return true;
    }

    private static int beforeBreak(byte[] bytes, int from, int to) {
        int end = to;
        if (end > from && bytes[end - 1] == '\n') end--;
        if (end > from && bytes[end - 1] == '\r') end--;
        return end;
    }

    /** The first header of this name, in one line and without control characters. */
    Optional<String> header(String name) {
        List<String> all = headers.getOrDefault(name, List.of());
        return all.isEmpty() ? Optional.empty() : Optional.of(plain(all.getFirst()));
    }

    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }

    /** Such as {@code text/plain}; that where nothing or nonsense is said. */
    String type() {
        String said = header("content-type").orElse("text/plain");
        String type = said.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return Evidence.isType(type) ? type : "text/plain";
    }

    Optional<String> parameter(String header, String name) {
        Matcher parameters = PARAMETER.matcher(header(header).orElse(""));
        while (parameters.find()) {
            if (parameters.group(1).equalsIgnoreCase(name)) {
                return Optional.of(
                        parameters.group(2) != null ? parameters.group(2) : parameters.group(3));
            }
        }
        return Optional.empty();
    }

    /** The body without its transfer encoding; as it stands where that is unknown or broken. */
    byte[] content() {
        String encoding =
                header("content-transfer-encoding").orElse("").strip().toLowerCase(Locale.ROOT);
        return switch (encoding) {
            case "base64" -> {
                try {
                    yield Base64.getMimeDecoder().decode(body);
                } catch (IllegalArgumentException broken) {
                    yield body;
                }
            }
            case "quoted-printable" -> quotedPrintable(body, false);
            default -> body;
        };
    }

    private static byte[] quotedPrintable(byte[] text, boolean inHeader) {
        var out = new ByteArrayOutputStream(text.length);
        for (int i = 0; i < text.length; i++) {
            if (inHeader && text[i] == '_') {
                out.write(' ');
            } else if (text[i] != '=') {
                out.write(text[i]);
            } else if (i + 2 < text.length
                    && Character.digit(text[i + 1], 16) >= 0
                    && Character.digit(text[i + 2], 16) >= 0) {
                out.write(Character.digit(text[i + 1], 16) * 16 + Character.digit(text[i + 2], 16));
                i += 2;
            } else if (i + 1 < text.length && text[i + 1] == '\n') {
                i += 1;
            } else if (i + 2 < text.length && text[i + 1] == '\r' && text[i + 2] == '\n') {
                i += 2;
            } else {
                out.write('=');
            }
        }
        return out.toByteArray();
    }

    /** The body as text: line feeds between lines, no other control characters, at most {@link #TEXT_MAX} characters. */
    String text() {
        Charset charset = charset(parameter("content-type", "charset").orElse("utf-8"));
        byte[] bytes = content();
        int most = Math.min(bytes.length, TEXT_MAX * 4);
        String text = new String(bytes, 0, most, charset).replace("\r\n", "\n");
        String plain = text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", " ");
        return plain.length() <= TEXT_MAX ? plain : plain.substring(0, TEXT_MAX);
    }

    private static Charset charset(String name) {
        try {
            Charset found = Charset.forName(name);
            return found.canEncode() ? found : StandardCharsets.ISO_8859_1;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return StandardCharsets.ISO_8859_1;
        }
    }

    /** A header whose words may be encoded by RFC 2047, in one line. */
    String words(String name) {
        String raw = header(name).orElse("");
        Matcher word = ENCODED_WORD.matcher(raw.replaceAll("\\?=\\s+=\\?", "?==?"));
        return plain(
                word.replaceAll(match ->
                        Matcher.quoteReplacement(
                                decoded(
                                        match.group(1),
                                        match.group(2),
                                        match.group(3),
                                        match.group()))));
    }

    private static String decoded(String charset, String encoding, String text, String asIs) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try {
            return new String(
                    encoding.equalsIgnoreCase("B")
                            ? Base64.getDecoder().decode(bytes)
                            : quotedPrintable(bytes, true),
                    charset(charset));
        } catch (IllegalArgumentException broken) {
            return asIs;
        }
    }

    /** This part and all within it, from outside to inside. */
    List<Mime> all() {
        var all = new ArrayList<Mime>();
        all.add(this);
        parts.forEach(part -> all.addAll(part.all()));
        return all;
    }
}
