package org.coopmesh.billing.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.billing.metering.Carriage.Carried;
import org.coopmesh.billing.metering.Carriage.Originated;
import org.coopmesh.billing.metering.CarriageClaims.Claim;
import org.coopmesh.billing.metering.CarriageClaims.Passed;
import org.coopmesh.billing.metering.CarriageClaims.Place;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
import org.junit.jupiter.api.Test;

class CarriageClaimsTest {
    private static final NodeId HOME = new NodeId("a".repeat(64));
    private static final NodeId RELAY = new NodeId("b".repeat(64));
    private static final NodeId GATEWAY = new NodeId("c".repeat(64));
    private static final NodeId SECOND_GATEWAY = new NodeId("d".repeat(64));
    private static final AttachmentId ATTACHMENT = new AttachmentId(new UUID(1, 1));

    private final Place home = place(1, false);
    private final Place relay = place(2, false);
    private final Place gateway = place(3, true);
    private final Map<NodeId, Place> nodes =
            new HashMap<>(Map.of(HOME, home, RELAY, relay, GATEWAY, gateway));
    private final Map<NodeId, Passed> passed = new HashMap<>();
    private final List<Claim> claims = new ArrayList<>();

    @Test
    void whatAllSawIsCreditedWhole() {
        claims.add(own(HOME, 900, 100, 30));
        claims.add(carried(RELAY, 900, 100, 30));
        claims.add(carried(GATEWAY, 900, 100, 0));

        assertThat(judged().carried())
                .containsExactly(
                        new Carried(RELAY, relay.site(), false, home.site(), 1000, 30, 1000, 30),
                        new Carried(GATEWAY, gateway.site(), true, home.site(), 1000, 0, 1000, 0));
        assertThat(judged().originated()).containsExactly(new Originated(home.site(), 1000, 30));
    }

    @Property
    void whoeverInflatesAloneIsCreditedNothingExtra(
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long down,
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long up,
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long more) {
        claims.clear();
        claims.add(own(HOME, down, up, 0));
        claims.add(carried(RELAY, down + more, up + more, more));
        claims.add(carried(GATEWAY, down + more, up, 0));

        assertThat(judged().carried())
                .allSatisfy(carried -> assertThat(carried.credited()).isEqualTo(down + up));
    }

    @Test
    void whatNoGatewaySawEarnsNothing() {
        claims.add(own(HOME, 900, 100, 0));
        claims.add(carried(RELAY, 900, 100, 0));
        claims.add(carried(GATEWAY, 0, 0, 0));

        assertThat(credited(RELAY)).isZero();
    }

    @Test
    void withoutAnyGatewayTheSitesOwnNodeIsTheCap() {
        nodes.remove(GATEWAY);
        claims.add(own(HOME, 900, 100, 0));
        claims.add(carried(RELAY, 2_000, 100, 0));

        assertThat(credited(RELAY)).isEqualTo(1_000);
    }

    @Test
    void twoGatewaysAreTogetherCreditedNoMoreThanTheSiteSaw() {
        nodes.put(SECOND_GATEWAY, place(4, true));
        claims.add(own(HOME, 900, 0, 0));
        claims.add(carried(GATEWAY, 900, 0, 0));
        claims.add(carried(SECOND_GATEWAY, 900, 0, 0));

        assertThat(credited(GATEWAY)).isEqualTo(450);
        assertThat(credited(SECOND_GATEWAY)).isEqualTo(450);
    }

    @Test
    void carryingForOneselfEarnsNothingHoweverItIsArranged() {
        claims.add(own(HOME, 900, 100, 7));
        claims.add(carried(RELAY, 900, 100, 7));
        claims.add(carried(GATEWAY, 900, 100, 0));

        nodes.put(RELAY, new Place(relay.site(), home.member(), relay.payer(), false));
        assertThat(credited(RELAY)).as("one owner").isZero();
        nodes.put(RELAY, new Place(relay.site(), relay.member(), home.payer(), false));
        assertThat(credited(RELAY)).as("one payer").isZero();
        nodes.put(RELAY, new Place(home.site(), relay.member(), relay.payer(), false));
        assertThat(credited(RELAY)).as("one site").isZero();
        nodes.put(RELAY, relay);
        nodes.put(HOME, new Place(place(9, false).site(), relay.member(), null, false));
        assertThat(credited(RELAY)).as("for a guest on one's own node").isZero();
    }

    @Test
    void nobodyIsCreditedMoreThanPassedTheLinksThatBothEndsAgreeOn() {
        claims.add(own(HOME, 900, 100, 0));
        claims.add(carried(RELAY, 900, 100, 0));
        claims.add(carried(GATEWAY, 900, 100, 0));
        passed.put(RELAY, new Passed(500, 4_000));

        assertThat(credited(RELAY)).isEqualTo(500);
        assertThat(credited(GATEWAY)).isEqualTo(1_000);
    }

    @Test
    void aNodeThatNobodyOwnsIsCreditedNothing() {
        nodes.remove(RELAY);
        claims.add(own(HOME, 900, 100, 0));
        claims.add(carried(RELAY, 900, 100, 0));

        assertThat(judged().carried()).isEmpty();
    }

    private long credited(NodeId carrier) {
        return judged().carried().stream()
                .filter(carried -> carried.carrier().equals(carrier))
                .mapToLong(Carried::credited)
                .sum();
    }

    private CarriageClaims judged() {
        return new CarriageClaims(claims, nodes, Map.of(ATTACHMENT, home), passed);
    }

    private static Claim own(NodeId node, long down, long up, long local) {
        return new Claim(ATTACHMENT, node, true, down, up, local, 0);
    }

    private static Claim carried(NodeId node, long down, long up, long local) {
        return new Claim(ATTACHMENT, node, false, down, up, local, 0);
    }

    private static Place place(long number, boolean gateway) {
        return new Place(
                new SiteId(new UUID(2, number)),
                new MemberId(new UUID(3, number)),
                new PayerId(new UUID(4, number)),
                gateway);
    }
}
