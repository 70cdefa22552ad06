package org.coopmesh.nodeagent.release;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers parted by dots: 0.10 is newer than 0.9, and as new as 0.10.0. */
record Version(String text) implements Comparable<Version> {
    private static final Pattern NUMBERS = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,6}){0,3}");
    private static final int NUMBERS_MAX = 4;

    Version {
        if (!NUMBERS.matcher(text).matches()) {
            throw new IllegalArgumentException("not a version: " + text);
        }
    }

    /** Of a program that says what it is; a snapshot of 0.1.0 counts as 0.1.0. Empty where it does not say numbers. */
    static Optional<Version> ofProgram(String said) {
        String numbers = said.split("[-~+]", 2)[0];
        return NUMBERS.matcher(numbers).matches()
                ? Optional.of(new Version(numbers))
                : Optional.empty();
    }

    boolean isNewerThan(Version other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Version other) {
        return Arrays.compare(numbers(), other.numbers());
    }

    private int[] numbers() {
        int[] numbers = new int[NUMBERS_MAX];
        String[] parts = text.split("\\.", -1);
        for (int i = 0; i < parts.length; i++) numbers[i] = Integer.parseInt(parts[i]);
        return numbers;
    }

    @Override
    public String toString() {
        return text;
    }
}
