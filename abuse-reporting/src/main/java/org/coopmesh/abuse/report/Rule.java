package org.coopmesh.abuse.report;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.coopmesh.abuse.subject.Prefix;
import tools.jackson.databind.JsonNode;

/** What one value of a JSON document must be like. Says what is wrong, and never throws at anything it is given. */
interface Rule {
    /** Notes in {@code wrongs} what is wrong with {@code value}, which stands at {@code at}, such as {@code evidence[0].hash}. */
    void check(JsonNode value, String at, Wrongs wrongs);

    Pattern TIME =
            Pattern.compile(
                    "\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?([Zz]|[+-]\\d\\d:\\d\\d)");
    Pattern HOST =
            Pattern.compile(
                    "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
                            + "(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");
    Pattern MAILBOX = Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(" + HOST + ")");
    Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** A text of any length that a request may have. */
    static Rule text() {
        return text(Integer.MAX_VALUE);
    }

    static Rule text(int max) {
        return (value, at, wrongs) -> {
            if (!value.isString()) {
                wrongs.add(at, "text", "must be a text");
            } else if (value.stringValue().codePointCount(0, value.stringValue().length()) > max) {
                wrongs.add(at, "length", "has " + max + " characters at most");
            }
        };
    }

    private static Rule textThat(String rule, String message, Predicate<String> holds) {
        return (value, at, wrongs) -> {
            if (!value.isString() || !holds.test(value.stringValue())) {
                wrongs.add(at, rule, message);
            }
        };
    }

    static Rule oneOf(String... values) {
        Set<String> allowed = Set.of(values);
        String message = "must be one of: " + String.join(", ", Arrays.stream(values).toList());
        return textThat("oneOf", message, allowed::contains);
    }

    static Rule matching(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return textThat(
                "pattern", "must match " + pattern, text -> compiled.matcher(text).matches());
    }

    static Rule uuid() {
        return textThat("uuid", "must be a UUID", text -> UUID_TEXT.matcher(text).matches());
    }

    static Rule mailbox() {
        return textThat("email", "must be a mail address", text -> MAILBOX.matcher(text).matches());
    }

    static Rule host() {
        return textThat("host", "must be a host name", text -> HOST.matcher(text).matches());
    }

    static Rule address() {
        return textThat("address", "must be one IPv4 or IPv6 address", Rule::isAddress);
    }

    static Rule uri() {
        return textThat("uri", "must be an absolute URI", Rule::isUri);
    }

    static Rule time() {
        return textThat("time", "must be a time such as 2026-01-31T12:00:00Z", Rule::isTime);
    }

    static Rule date() {
        return textThat("date", "must be a date such as 2026-01-31", Rule::isDate);
    }

    static Rule flag() {
        return (value, at, wrongs) -> {
            if (!value.isBoolean()) wrongs.add(at, "flag", "must be true or false");
        };
    }

    static Rule whole() {
        return whole(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    static Rule whole(long min) {
        return whole(min, Long.MAX_VALUE);
    }

    static Rule port() {
        return whole(1, 65_535);
    }

    static Rule whole(long min, long max) {
        return (value, at, wrongs) -> {
            if (!value.isNumber() || value.decimalValue().stripTrailingZeros().scale() > 0) {
                wrongs.add(at, "whole", "must be a whole number");
            } else {
                range(
                        value.decimalValue(),
                        BigDecimal.valueOf(min),
                        BigDecimal.valueOf(max),
                        at,
                        wrongs);
            }
        };
    }

    static Rule number() {
        return number(-Double.MAX_VALUE, Double.MAX_VALUE);
    }

    static Rule number(double min, double max) {
        return (value, at, wrongs) -> {
            if (!value.isNumber()) {
                wrongs.add(at, "number", "must be a number");
            } else {
                range(
                        value.decimalValue(),
                        BigDecimal.valueOf(min),
                        BigDecimal.valueOf(max),
                        at,
                        wrongs);
            }
        };
    }

    private static void range(
            BigDecimal is, BigDecimal min, BigDecimal max, String at, Wrongs wrongs) {
        if (is.compareTo(min) < 0) wrongs.add(at, "min", "must be " + min + " at least");
        if (is.compareTo(max) > 0) wrongs.add(at, "max", "must be " + max + " at most");
    }

    static Rule listOf(Rule each) {
        return listOf(each, 0, Integer.MAX_VALUE);
    }

    static Rule listOf(Rule each, int min, int max) {
        return (value, at, wrongs) -> {
            if (!value.isArray()) {
                wrongs.add(at, "list", "must be a list");
                return;
            }
            if (value.size() < min) wrongs.add(at, "count", "has " + min + " items at least");
            if (value.size() > max) {
                wrongs.add(at, "count", "has " + max + " items at most");
                return;
            }
            for (int i = 0; i < value.size(); i++) {
                each.check(value.get(i), at + "[" + i + "]", wrongs);
            }
        };
    }

    /** A list in which nothing stands twice. */
    static Rule setOf(Rule each, int max) {
        Rule list = listOf(each, 0, max);
        return (value, at, wrongs) -> {
            list.check(value, at, wrongs);
            var seen = new HashSet<JsonNode>();
            for (JsonNode item : value) {
                if (!seen.add(item)) wrongs.add(at, "twice", "says the same twice");
            }
        };
    }

    /** An object; {@link Shape} says what it has. */
    static Shape object() {
        return new Shape(Map.of(), Set.of(), false);
    }

    static boolean isAddress(String text) {
        if (text.length() > 45) return false;
        try {
            Prefix.address(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static boolean isUri(String text) {
        try {
            return new URI(text).isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isTime(String text) {
        if (!TIME.matcher(text).matches()) return false;
        try {
            OffsetDateTime.parse(text.toUpperCase(java.util.Locale.ROOT));
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isDate(String text) {
        try {
            LocalDate.parse(text);
            return text.length() == 10;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
