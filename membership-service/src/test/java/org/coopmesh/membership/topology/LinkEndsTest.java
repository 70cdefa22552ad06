package org.coopmesh.membership.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.coopmesh.membership.node.NodeId;
import org.junit.jupiter.api.Test;

/** Who is at the other end of a link follows from addresses, or is not known. */
class LinkEndsTest {
    private static final NodeId A = new NodeId("aa".repeat(32));
    private static final NodeId B = new NodeId("bb".repeat(32));
    private static final NodeId C = new NodeId("cc".repeat(32));

    private static final Link A_TO_B = link("mesh0", "fe80::b", 96);
    private static final Link B_TO_A = link("mesh7", "fe80::a", 256);
    private static final LinkEnds.Told FROM_A =
            new LinkEnds.Told(List.of(A_TO_B), List.of(new OwnAddress("mesh0", "fe80::a")));
    private static final LinkEnds.Told FROM_B =
            new LinkEnds.Told(List.of(B_TO_A), List.of(new OwnAddress("mesh7", "fe80::b")));

    @Test
    void bothDirectionsOfALinkAreSeenFromBothEnds() {
        assertThat(LinkEnds.of(A, FROM_A, among(Map.of(A, FROM_A, B, FROM_B))))
                .containsExactly(new LinkEnds(A_TO_B, B.hex(), B_TO_A));
        assertThat(LinkEnds.of(B, FROM_B, among(Map.of(A, FROM_A, B, FROM_B))))
                .containsExactly(new LinkEnds(B_TO_A, A.hex(), A_TO_B));
    }

    @Test
    void aLinkThatOnlyOneEndHearsHasANeighbourAndNoOtherDirection() {
        var deaf = new LinkEnds.Told(List.of(), FROM_B.addresses());

        assertThat(LinkEnds.of(A, FROM_A, among(Map.of(B, deaf))))
                .containsExactly(new LinkEnds(A_TO_B, B.hex(), null));
    }

    @Test
    void anAddressThatNobodyClaimsIsNobodyKnown() {
        assertThat(LinkEnds.of(A, FROM_A, among(Map.of())))
                .containsExactly(new LinkEnds(A_TO_B, "", null));
    }

    @Test
    void ofSeveralThatClaimAnAddressTheOneThatNamesUsBackIsBelieved() {
        var pretender = new LinkEnds.Told(List.of(), List.of(new OwnAddress("eth9", "fe80::b")));

        assertThat(LinkEnds.of(A, FROM_A, among(Map.of(B, FROM_B, C, pretender))))
                .containsExactly(new LinkEnds(A_TO_B, B.hex(), B_TO_A));
    }

    @Test
    void ofSeveralThatClaimAnAddressAndAllOrNoneNameUsBackNoneIsBelieved() {
        var alike = new LinkEnds.Told(FROM_B.links(), FROM_B.addresses());
        var silent = new LinkEnds.Told(List.of(), FROM_B.addresses());

        assertThat(LinkEnds.of(A, FROM_A, among(Map.of(B, FROM_B, C, alike))))
                .containsExactly(new LinkEnds(A_TO_B, "", null));
        assertThat(LinkEnds.of(A, FROM_A, among(Map.of(B, silent, C, silent))))
                .containsExactly(new LinkEnds(A_TO_B, "", null));
    }

    @Test
    void oneLinkLocalAddressOnSeveralInterfacesIsToldApartByThem() {
        var a =
                new LinkEnds.Told(
                        List.of(link("mesh0", "fe80::1", 96), link("mesh1", "fe80::1", 96)),
                        List.of(
                                new OwnAddress("mesh0", "fe80::a"),
                                new OwnAddress("mesh1", "fe80::c")));
        var b =
                new LinkEnds.Told(
                        List.of(link("mesh0", "fe80::a", 1)),
                        List.of(new OwnAddress("mesh0", "fe80::1")));
        var c =
                new LinkEnds.Told(
                        List.of(link("mesh0", "fe80::c", 2)),
                        List.of(new OwnAddress("mesh0", "fe80::1")));

        assertThat(LinkEnds.of(A, a, among(Map.of(B, b, C, c))))
                .extracting(LinkEnds::neighbour)
                .containsExactly(B.hex(), C.hex());
    }

    @Test
    void anOverlayIsHeardOnAnyInterface() {
        Link there = new Link("", "mesh0", "200:1::b", "yggdrasil", 0, 0, "", true, null);
        Link back = new Link("", "", "200:1::a", "yggdrasil", 0, 0, "", true, null);
        var a = new LinkEnds.Told(List.of(there), List.of(new OwnAddress("", "200:1::a")));
        var b = new LinkEnds.Told(List.of(back), List.of(new OwnAddress("", "200:1::b")));

        assertThat(LinkEnds.of(A, a, among(Map.of(B, b))))
                .containsExactly(new LinkEnds(there, B.hex(), back));
    }

    @Test
    void aNodeIsNotItsOwnNeighbour() {
        var self = new LinkEnds.Told(List.of(A_TO_B), List.of(new OwnAddress("mesh0", "fe80::b")));

        assertThat(LinkEnds.of(A, self, among(Map.of(A, self))))
                .containsExactly(new LinkEnds(A_TO_B, "", null));
    }

    @Test
    void ofTwoSourcesTheSameOneIsHeldAgainstIt() {
        Link kernel = new Link("", "mesh7", "fe80::a", "kernel", 0, 0, "", null, true);
        var b = new LinkEnds.Told(List.of(kernel, B_TO_A), FROM_B.addresses());

        assertThat(LinkEnds.of(A, FROM_A, among(Map.of(B, b))))
                .containsExactly(new LinkEnds(A_TO_B, B.hex(), B_TO_A));
    }

    @Test
    void whatNoPageCanShowIsRefused() {
        assertThatThrownBy(() -> new OwnAddress("mesh0", ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> link("mesh\u0000", "fe80::1", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("interface");
        assertThatThrownBy(() -> link("mesh0", "f".repeat(129), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Link link(String device, String address, long cost) {
        return new Link("", device, address, "babeld", cost, cost, "", true, true);
    }

    private static LinkEnds.Claimants among(Map<NodeId, LinkEnds.Told> told) {
        return new LinkEnds.Claimants(told);
    }
}
