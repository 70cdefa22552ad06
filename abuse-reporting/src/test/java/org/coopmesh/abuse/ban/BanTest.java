package org.coopmesh.abuse.ban;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.ban.Ban.Declined;
import org.coopmesh.abuse.ban.Ban.Expired;
import org.coopmesh.abuse.ban.Ban.InForce;
import org.coopmesh.abuse.ban.Ban.Lifted;
import org.coopmesh.abuse.ban.Ban.Proposed;
import org.coopmesh.abuse.ban.Ban.Replaced;
import org.coopmesh.abuse.decision.Term;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BanTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Term HOUR = new Term.Until(NOW.plusSeconds(3600));
    private static final Term DAY = new Term.Until(NOW.plusSeconds(86_400));
    private static final MemberId FIRST = new MemberId(UUID.randomUUID());
    private static final MemberId SECOND = new MemberId(UUID.randomUUID());

    @Test
    void aSecondModeratorPutsAProposedBanIntoForce() {
        Order order = order("10.201.4.20", new Term.Permanent());

        assertThat(new Proposed(order).confirm(SECOND, NOW))
                .isEqualTo(new InForce(order, SECOND, NOW));
    }

    @Test
    void nobodyConfirmsTheirOwnBan() {
        var proposed = new Proposed(order("10.201.4.20", new Term.Permanent()));

        assertThatIllegalArgumentException().isThrownBy(() -> proposed.confirm(FIRST, NOW));
    }

    @Test
    void aBanIsNotConfirmedAfterItsEnd() {
        var proposed = new Proposed(order("10.201.0.0/16", HOUR));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> proposed.confirm(SECOND, NOW.plusSeconds(3600)));
    }

    @Test
    void aProposedBanIsDeclined() {
        Order order = order("10.201.4.20", new Term.Permanent());

        assertThat(new Proposed(order).decline(SECOND, "too hard", NOW))
                .isEqualTo(new Declined(order, SECOND, "too hard", NOW));
    }

    @Test
    void aBanIsLiftedWithAReason() {
        InForce ban = inForce("10.201.4.20", HOUR);

        assertThat(ban.lift(SECOND, "wrong address", NOW))
                .isEqualTo(new Lifted(ban, SECOND, "wrong address", NOW));
    }

    @Test
    void aBanExpiresAtItsEndAndNotBefore() {
        InForce ban = inForce("10.201.4.20", HOUR);

        assertThat(ban.expire(NOW.plusSeconds(3600)))
                .isEqualTo(new Expired(ban, NOW.plusSeconds(3600)));
        assertThatIllegalArgumentException().isThrownBy(() -> ban.expire(NOW.plusSeconds(3599)));
    }

    @Test
    void aPermanentBanNeverExpires() {
        InForce ban = inForce("10.201.4.20", new Term.Permanent());

        assertThatIllegalArgumentException().isThrownBy(() -> ban.expire(Instant.MAX));
    }

    @Test
    void aBanGivesWayToALongerOneOfTheSameTargetOnly() {
        InForce hour = inForce("10.201.4.20", HOUR);

        assertThat(hour.replace(order("10.201.4.20", DAY), NOW)).isEqualTo(new Replaced(hour, NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hour.replace(order("10.201.4.20", HOUR), NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hour.replace(order("10.201.4.21", DAY), NOW));
    }

    @Test
    void aBanHasAReasonAndATimeToCome() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> order("10.201.4.20", new Term.Until(NOW)));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Order(
                                new BanId(UUID.randomUUID()),
                                new OfAddress(Prefix.parse("10.201.4.20")),
                                HOUR,
                                "  ",
                                null,
                                new Origin.Moderator(),
                                FIRST,
                                NOW));
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/0, too-wide",
        "::/0, too-wide",
        "::ffff:0:0/96, too-wide",
        "10.0.0.0/7, too-wide",
        "fd00::/15, too-wide",
        "0.0.0.0, unspecified",
        "127.0.0.1, loopback",
        "::1, loopback",
        "::ffff:127.0.0.1, loopback",
        "169.254.1.1, link-local",
        "fe80::1, link-local",
        "169.0.0.0/8, link-local",
        "224.0.0.251, multicast",
        "ff02::fb, multicast",
        "255.255.255.255, broadcast",
        "::, unspecified"
    })
    void whatNoCoopBansIsRefusedByName(String prefix, String rule) {
        assertThat(NeverBan.refusal(Prefix.parse(prefix)).map(BlastRadius.Refusal::rule))
                .isEqualTo(Optional.of(rule));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0/9",
                "100.64.0.0/11",
                "203.0.113.7",
                "fd42:201::/48",
                "fd42::/16",
                "200::1"
            })
    void theRestOfTheInternetMayBeBanned(String prefix) {
        assertThat(NeverBan.refusal(Prefix.parse(prefix))).isEmpty();
    }

    private static final BanId ID = new BanId(UUID.randomUUID());

    private static InForce inForce(String prefix, Term term) {
        return new InForce(order(prefix, term), FIRST, NOW);
    }

    private static Order order(String prefix, Term term) {
        return new Order(
                ID,
                new OfAddress(Prefix.parse(prefix)),
                term,
                "a reason",
                null,
                new Origin.Moderator(),
                FIRST,
                NOW);
    }
}
