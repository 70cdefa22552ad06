package org.coopmesh.abuse.subject;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;
import org.coopmesh.abuse.subject.Prefix.Family;

class PrefixPropertiesTest {
    @Property
    void textReadsBackAsTheSamePrefix(@ForAll("prefixes") Prefix prefix) {
        assertThat(Prefix.parse(prefix.toString())).isEqualTo(prefix);
    }

    @Property
    void aCanonicalFormIsItsOwnCanonicalForm(@ForAll("prefixes") Prefix prefix) {
        String once = Prefix.parse(prefix.toString()).toString();

        assertThat(Prefix.parse(once)).hasToString(once);
    }

    @Property
    void theJdkReadsTheSameAddress(@ForAll("prefixes") Prefix prefix) throws UnknownHostException {
        byte[] jdk = InetAddress.ofLiteral(prefix.addressText()).getAddress();

        assertThat(new BigInteger(1, jdk)).isEqualTo(prefix.first());
    }

    @Property
    void anAddressIsInARangeIfItsFirstBitsAre(
            @ForAll("prefixes") Prefix range, @ForAll("prefixes") Prefix other) {
        boolean byNumbers =
                range.family() == other.family()
                        && range.first().compareTo(other.first()) <= 0
                        && range.first()
                                        .add(range.size())
                                        .compareTo(other.first().add(other.size()))
                                >= 0;

        assertThat(range.contains(other)).isEqualTo(byNumbers);
    }

    @Property
    void overlapIsMutualAndMeansContainment(
            @ForAll("prefixes") Prefix one, @ForAll("prefixes") Prefix other) {
        assertThat(one.overlaps(other)).isEqualTo(other.overlaps(one));
        assertThat(one.overlaps(other)).isEqualTo(one.contains(other) || other.contains(one));
    }

    @Property
    void everyWiderRangeContainsTheNarrower(@ForAll("prefixes") Prefix prefix) {
        for (int length = 0; length <= prefix.length(); length++) {
            Prefix wider = Prefix.parse(prefix.addressText() + "/" + length);

            assertThat(wider.contains(prefix)).isTrue();
        }
    }

    @Property
    void anyTextEitherReadsOrIsRefused(@ForAll @StringLength(max = 60) String text) {
        try {
            assertThat(Prefix.parse(text)).isNotNull();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).isNotNull();
        }
    }

    @Provide
    Arbitrary<Prefix> prefixes() {
        return Arbitraries.of(Family.values())
                .flatMap(family ->
                        Combinators.combine(
                                        Arbitraries.bigIntegers()
                                                .between(
                                                        BigInteger.ZERO,
                                                        BigInteger.ONE
                                                                .shiftLeft(family.bits())
                                                                .subtract(BigInteger.ONE)),
                                        Arbitraries.integers().between(0, family.bits()))
                                .as((number, length) -> prefix(family, number, length)))
                .filter(prefix -> !(prefix.family() == Family.V6 && mapped(prefix)));
    }

    private static Prefix prefix(Family family, BigInteger number, int length) {
        int behind = family.bits() - length;
        return new Prefix(family, number.shiftRight(behind).shiftLeft(behind), length);
    }

    /** IPv4 written inside IPv6 reads as IPv4, on purpose. */
    private static boolean mapped(Prefix prefix) {
        return prefix.first().shiftRight(32).equals(BigInteger.valueOf(0xffff));
    }
}
