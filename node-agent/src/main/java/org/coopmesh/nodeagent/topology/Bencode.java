package org.coopmesh.nodeagent.topology;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads bencoding as cjdns writes it: the lengths of strings may begin with zeros. */
final class Bencode {
    private static final int NESTING_MAX = 16;
    private static final int DIGITS_MAX = 19;

    private final byte[] bytes;
    private int at;

    private Bencode(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The dictionary that {@code message} begins with: values are {@code Long}, {@code String}, {@code List} or {@code Map}.
     *
     * @throws SourceFailed if it is something else, is cut, nests too deep or has a key twice
     */
    static Map<String, Object> dictionary(byte[] message) throws SourceFailed {
        var reader = new Bencode(message);
        if (reader.next() != 'd') throw SourceFailed.malformed("is not a dictionary");
        return reader.dictionary(1);
    }

    private Map<String, Object> dictionary(int depth) throws SourceFailed {
        Map<String, Object> entries = new LinkedHashMap<>();
        while (peek() != 'e') {
            String key = text();
            if (entries.put(key, value(depth)) != null) {
                throw SourceFailed.malformed(key + " is there twice");
            }
        }
        at++;
        return entries;
    }

    private Object value(int depth) throws SourceFailed {
        if (depth > NESTING_MAX) throw SourceFailed.malformed("nested without end");
        switch (peek()) {
            case 'd' -> {
                at++;
                return dictionary(depth + 1);
            }
            case 'l' -> {
                at++;
                List<Object> list = new ArrayList<>();
                while (peek() != 'e') list.add(value(depth + 1));
                at++;
                return list;
            }
            case 'i' -> {
                at++;
                boolean negative = peek() == '-';
                if (negative) at++;
                long number = number('e');
                return negative ? -number : number;
            }
            default -> {
                return text();
            }
        }
    }

    private String text() throws SourceFailed {
        long length = number(':');
        if (length > bytes.length - at) throw SourceFailed.malformed("ends within a text");
        String text = new String(bytes, at, (int) length, StandardCharsets.ISO_8859_1);
        at += (int) length;
        return text;
    }

    private long number(char end) throws SourceFailed {
        long number = 0;
        int digits = 0;
        while (true) {
            int next = next();
            if (next == end && digits > 0) return number;
            if (next < '0' || next > '9' || ++digits > DIGITS_MAX) {
                throw SourceFailed.malformed("is not a number");
            }
            if (number > (Long.MAX_VALUE - 9) / 10)
                throw SourceFailed.malformed("too long a number");
            number = number * 10 + (next - '0');
        }
    }

    private int peek() throws SourceFailed {
        if (at >= bytes.length) throw SourceFailed.malformed("ends too early");
        return bytes[at];
    }

    private int next() throws SourceFailed {
        int next = peek();
        at++;
        return next;
    }
}
