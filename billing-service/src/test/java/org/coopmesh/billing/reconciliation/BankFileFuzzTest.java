package org.coopmesh.billing.reconciliation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.billing.reconciliation.Samples.EUR;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.coopmesh.billing.ledger.Money;
import org.junit.jupiter.api.Assertions;

/** Files that were damaged on the way: what is read is whole, all else is refused by name, and nothing hangs. */
class BankFileFuzzTest {
    private static final List<String> NAMES =
            List.of(
                    "synthetic-camt053-v2.xml",
                    "synthetic-camt053-v8.xml",
                    "synthetic-camt054-v2.xml",
                    "synthetic-camt054-v8.xml",
                    "synthetic-mt940-de.sta",
                    "synthetic-mt940-nl.sta",
                    "synthetic-bank-latin1.csv",
                    "synthetic-bank-en.csv");

    /** One damage. */
    sealed interface Damage {
        record Byte(int at, int value) implements Damage {}

        record Cut(int at) implements Damage {}

        record Drop(int at, int length) implements Damage {}

        record Repeat(int at, int length, int times) implements Damage {}

        record Insert(int at, String text) implements Damage {}
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(NAMES);
    }

    @Provide
    Arbitrary<List<Damage>> damages() {
        Arbitrary<Integer> at = Arbitraries.integers().between(0, 10_000);
        Arbitrary<Integer> length = Arbitraries.integers().between(1, 300);
        return Arbitraries.oneOf(
                        Combinators.combine(at, Arbitraries.integers().between(0, 255))
                                .as(Damage.Byte::new)
                                .map(d -> (Damage) d),
                        at.map(Damage.Cut::new).map(d -> (Damage) d),
                        Combinators.combine(at, length).as(Damage.Drop::new).map(d -> (Damage) d),
                        Combinators.combine(at, length, Arbitraries.integers().between(1, 40))
                                .as(Damage.Repeat::new)
                                .map(d -> (Damage) d),
                        Combinators.combine(
                                        at,
                                        Arbitraries.of(
                                                "<!DOCTYPE d>",
                                                "&x;",
                                                "<![CDATA[",
                                                "]]>",
                                                "<!--",
                                                "\0",
                                                "\uD800",
                                                "-",
                                                "99999999999999999999",
                                                "\n:61:",
                                                "\n:86:",
                                                ":60F:",
                                                "?20",
                                                "\"",
                                                ";",
                                                ",",
                                                "\r",
                                                "<Ntry>",
                                                "</Ntry>",
                                                "xmlns=\"\"",
                                                "1e999999999",
                                                "2026-02-30"))
                                .as(Damage.Insert::new)
                                .map(d -> (Damage) d))
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    @Property(tries = 2_000, shrinking = ShrinkingMode.BOUNDED)
    void aDamagedFileIsReadWholeOrRefusedByName(
            @ForAll("names") String name, @ForAll("damages") List<Damage> damages) {
        byte[] file = Samples.file(name);
        for (Damage damage : damages) file = damaged(file, damage);
        byte[] hostile = file;

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    try {
                        BankFileReader.read(hostile, null, EUR).forEach(BankFileFuzzTest::isWhole);
                    } catch (BankFileRefused refused) {
                        assertThat(refused.rule()).matches("[a-z-]+");
                        assertThat(refused.line()).isNotNegative();
                        assertThat(refused.getMessage()).isNotBlank();
                    }
                });
    }

    @Property(tries = 500, shrinking = ShrinkingMode.BOUNDED)
    void noiseIsRefusedByName(@ForAll byte[] noise) {
        try {
            BankFileReader.read(noise, null, EUR).forEach(BankFileFuzzTest::isWhole);
        } catch (BankFileRefused refused) {
            assertThat(refused.rule()).isNotBlank();
        }
    }

    private static void isWhole(BankStatement statement) {
        Money sum =
                statement.entries().stream()
                        .map(BankEntry::amount)
                        .reduce(Money.zero(statement.currency()), Money::plus);
        if (statement.opening() != null && statement.closing() != null) {
            assertThat(statement.opening().plus(sum)).isEqualTo(statement.closing());
        }
    }

    private static byte[] damaged(byte[] file, Damage damage) {
        if (file.length == 0) return file;
        return switch (damage) {
            case Damage.Byte(int at, int value) -> {
                byte[] other = file.clone();
                other[at % file.length] = (byte) value;
                yield other;
            }
            case Damage.Cut(int at) -> Arrays.copyOf(file, at % file.length);
            case Damage.Drop(int at, int length) -> {
                int from = at % file.length;
                int to = Math.min(file.length, from + length);
                yield joined(Arrays.copyOf(file, from), Arrays.copyOfRange(file, to, file.length));
            }
            case Damage.Repeat(int at, int length, int times) -> {
                int from = at % file.length;
                byte[] piece = Arrays.copyOfRange(file, from, Math.min(file.length, from + length));
                byte[] all = Arrays.copyOf(file, from);
                for (int i = 0; i < times; i++) all = joined(all, piece);
                yield joined(all, Arrays.copyOfRange(file, from, file.length));
            }
            case Damage.Insert(int at, String text) -> {
                int from = at % file.length;
                yield joined(
                        joined(Arrays.copyOf(file, from), text.getBytes(ISO_8859_1)),
                        Arrays.copyOfRange(file, from, file.length));
            }
        };
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
